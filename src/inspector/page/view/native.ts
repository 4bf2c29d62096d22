/** Both sources side by side, and what differs. */

import type { Session } from '../session.ts'
import type { SideBySide } from '../side-by-side.ts'
import { byId, clock, grouped, make, say } from './dom.ts'

type Row = 'state' | 'count' | 'id' | 'errors'

export class NativeView {
  readonly #table = byId('native-table', HTMLTableElement)
  readonly #note = byId('native-note', HTMLElement)
  readonly #list = byId('differences', HTMLOListElement)
  #listed = 0
  #shown: SideBySide | undefined

  /** @param why why there is none, if so */
  render(session: Session, native: SideBySide | undefined, why: string): void {
    this.#table.hidden = native === undefined
    if (native !== this.#shown) {
      this.#shown = native
      this.#listed = 0
      this.#list.replaceChildren()
    }
    if (!native) {
      say(this.#note, why)
      return
    }
    const { recording } = session
    const { comparison, unknown } = native
    const losses = recording.steps.filter(({ kind }) => kind === 'lost' || kind === 'failed').length
    this.#row('state', recording.state, native.state, comparison.areStatesDifferent)
    this.#row('count', grouped(comparison.counts.ours), grouped(comparison.counts.native), false)
    this.#row('id', recording.lastEventId || 'none', native.lastEventId || 'none', false)
    this.#row('errors', grouped(losses), grouped(native.errors), false)
    say(this.#note, summary(native))
    for (const { at, text } of comparison.differences.slice(this.#listed)) {
      this.#list.append(make('li', '', make('span', 'step-time', clock(at - recording.startedAt)), ' ', text))
      this.#listed++
    }
    this.#table.dataset.unknown = String(unknown.size)
  }

  #row(row: Row, ours: string, native: string, differs: boolean): void {
    say(byId(`ours-${row}`, HTMLElement), ours)
    say(byId(`native-${row}`, HTMLElement), native)
    const verdict = byId(`verdict-${row}`, HTMLElement)
    say(verdict, differs ? 'differs' : ours === native ? 'same' : '')
    verdict.classList.toggle('differs', differs)
  }
}

function summary({ comparison, unknown }: SideBySide): string {
  const { equal, count } = comparison
  const parts = [
    count === 0
      ? `No difference so far: ${grouped(equal)} messages the same, in the same order.`
      : `${grouped(count)} ${count === 1 ? 'difference' : 'differences'}, ${grouped(equal)} messages the same. ` +
        'Each has a connection of its own: what a server makes anew for each, such as the time, differs for no other reason.',
  ]
  if (unknown.size > 0) {
    const names = [...unknown].join(', ')
    parts.push(
      `Messages of type ${names} are not compared: the native one hears only types that it was told of. They are in the field “Event types” now; connect again.`,
    )
  }
  return parts.join(' ')
}
