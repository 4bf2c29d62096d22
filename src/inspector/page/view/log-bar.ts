/** The buttons and filters above the list. */

import { download, toJSONLines } from '../export.ts'
import { counted, grouped } from '../format.ts'
import { curlFor } from '../request.ts'
import type { Kind, Rows } from '../rows.ts'
import type { Session } from '../session.ts'
import { byId, make, setText } from './dom.ts'

const FIXED: [value: string, text: string][] = [
  ['all', 'All rows'],
  ['messages', 'Messages'],
  ['steps', 'Connection'],
]

/** How many types the filter offers. */
const MAX_TYPES = 100
/** How long a text is shown, in ms. */
const SAID_FOR = 4_000

export class LogBar {
  readonly #rows: Rows
  readonly #session: () => Session | undefined
  readonly #onChange: () => void
  readonly #filter = byId('filter', HTMLInputElement)
  readonly #filterClear = byId('filter-clear', HTMLButtonElement)
  readonly #kind = byId('kind', HTMLSelectElement)
  readonly #pause = byId('pause', HTMLButtonElement)
  readonly #summary = byId('summary', HTMLElement)
  readonly #said = byId('said', HTMLElement)
  readonly #menu = byId('export', HTMLDetailsElement)
  /** The types of the current recording, and how many of them the filter offers. */
  #types: ReadonlyMap<string, number> | undefined
  #offered = 0
  #forgets: ReturnType<typeof setTimeout> | undefined

  /**
   * @param session returns the current session
   * @param onChange called when other rows should be shown
   */
  constructor(rows: Rows, session: () => Session | undefined, onChange: () => void) {
    this.#rows = rows
    this.#session = session
    this.#onChange = onChange
    this.#filter.addEventListener('input', () => {
      this.#apply()
    })
    this.#filter.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#clearFilter()
    })
    this.#filterClear.addEventListener('click', () => {
      this.#clearFilter()
    })
    this.#kind.addEventListener('change', () => {
      this.#apply()
    })
    this.#pause.addEventListener('click', () => {
      this.togglePause()
    })
    this.#listenToMenu()
    this.#showTypes(new Map())
  }

  render(session: Session): void {
    const { recording } = session
    this.#showTypes(recording.types)
    const { waiting, isPaused, length } = this.#rows
    this.#pause.setAttribute('aria-pressed', String(isPaused))
    setText(this.#pause, isPaused ? `Resume (${grouped(waiting)} new)` : 'Pause')
    // Not announced, because it changes with each message.
    setText(this.#summary, this.#summarize(session, length))
  }

  togglePause(): void {
    if (this.#rows.isPaused) this.#rows.resume()
    else this.#rows.pause()
    this.#onChange()
  }

  clear(): void {
    this.#rows.clear()
    this.#onChange()
  }

  focusFilter(): void {
    this.#filter.focus()
    this.#filter.select()
  }

  /** Shows a text below the list for a few seconds. */
  say(text: string): void {
    setText(this.#said, text)
    clearTimeout(this.#forgets)
    this.#forgets = setTimeout(() => {
      setText(this.#said, '')
    }, SAID_FOR)
  }

  #summarize({ recording }: Session, length: number): string {
    const { entries, count } = recording
    const kept = this.#rows.isFiltered ? `${grouped(length)} of ${counted(entries.length, 'row')} match` : ''
    const hidden =
      recording.removed > 0 ? `${counted(entries.length, 'row')} kept of ${counted(count, 'message')} received` : ''
    return [kept, hidden].filter((text) => text !== '').join(' · ')
  }

  #clearFilter(): void {
    this.#filter.value = ''
    this.#apply()
    this.#filter.focus()
  }

  #apply(): void {
    const { value } = this.#kind
    const kind = value.startsWith('type:') ? { type: value.slice('type:'.length) } : (value as Kind)
    this.#filterClear.hidden = this.#filter.value === ''
    this.#rows.filter({ text: this.#filter.value, kind })
    this.#onChange()
  }

  #showTypes(types: ReadonlyMap<string, number>): void {
    const count = Math.min(types.size, MAX_TYPES)
    if (types === this.#types && count === this.#offered) return
    this.#types = types
    this.#offered = count
    const { value } = this.#kind
    const offered = [...types.keys()].slice(0, count).sort()
    const own = offered.map((type): [string, string] => [`type:${type}`, type])
    this.#kind.replaceChildren(
      ...[...FIXED, ...own].map(([name, text]) => {
        const option = make('option', '', text)
        option.value = name
        return option
      }),
    )
    // A selected type of an earlier stream stays selected.
    if (value.startsWith('type:') && !own.some(([name]) => name === value)) {
      const option = make('option', '', value.slice('type:'.length))
      option.value = value
      this.#kind.append(option)
    }
    this.#kind.value = value === '' ? 'all' : value
  }

  #listenToMenu(): void {
    const act = (id: string, run: (session: Session) => void): void => {
      byId(id, HTMLButtonElement).addEventListener('click', () => {
        const session = this.#session()
        this.#menu.open = false
        this.#menu.querySelector('summary')?.focus()
        if (session) run(session)
        else this.say('Connect first.')
      })
    }
    act('save', ({ recording }) => {
      download(toJSONLines(this.#shown(), recording.startedAt), 'messages.jsonl')
    })
    act('copy', ({ recording }) => {
      const lines = toJSONLines(this.#shown(), recording.startedAt)
      void this.copy(lines, `Copied ${counted(lines.split('\n').length - 1, 'line')}`)
    })
    act('copy-curl', ({ wanted, recording }) => {
      void this.copy(curlFor(wanted, recording.lastEventId), 'Copied the curl command')
    })
    document.addEventListener('click', ({ target }) => {
      if (target instanceof Node && !this.#menu.contains(target)) this.#menu.open = false
    })
    this.#menu.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape') return
      this.#menu.open = false
      this.#menu.querySelector('summary')?.focus()
    })
  }

  async copy(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      this.say(done)
    } catch {
      this.say('The browser blocked copying. Save the messages instead.')
    }
  }

  /** The rows that match the filter. */
  #shown(): NonNullable<ReturnType<Rows['at']>>[] {
    return Array.from({ length: this.#rows.length }, (_, place) => this.#rows.at(place)).filter(
      (entry) => entry !== undefined,
    )
  }
}
