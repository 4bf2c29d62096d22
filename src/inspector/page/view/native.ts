/** The comparison with the native `EventSource`. */

import { clock, counted, grouped } from '../format.ts'
import { isFailure } from '../recording.ts'
import type { Session } from '../session.ts'
import type { SideBySide } from '../side-by-side.ts'
import { byId, make, setText } from './dom.ts'

type Row = 'state' | 'count' | 'id' | 'errors'

export class NativeView {
  readonly #table = byId('native-table', HTMLTableElement)
  readonly #note = byId('native-note', HTMLElement)
  readonly #list = byId('differences', HTMLOListElement)
  #listed = 0
  #shown: SideBySide | undefined

  /** @param why the reason if `native` is undefined */
  render(session: Session, native: SideBySide | undefined, why: string): void {
    this.#table.hidden = native === undefined
    if (native !== this.#shown) {
      this.#shown = native
      this.#listed = 0
      this.#list.replaceChildren()
    }
    if (!native) {
      setText(this.#note, why)
      return
    }
    const { recording } = session
    const { comparison, unknown } = native
    const losses = recording.steps.filter(isFailure).length
    this.#row('state', recording.state, native.state, comparison.areStatesDifferent)
    this.#row('count', grouped(comparison.counts.ours), grouped(comparison.counts.native), false)
    this.#row('id', recording.lastEventId || 'none', native.lastEventId || 'none', false)
    this.#row('errors', grouped(losses), grouped(native.errors), false)
    setText(this.#note, summary(native))
    for (const { at, text } of comparison.differences.slice(this.#listed)) {
      this.#list.append(make('li', '', make('span', 'step-time', clock(at - recording.startedAt)), ' ', text))
      this.#listed++
    }
    this.#table.dataset.unknown = String(unknown.size)
  }

  #row(row: Row, ours: string, native: string, differs: boolean): void {
    setText(byId(`ours-${row}`, HTMLElement), ours)
    setText(byId(`native-${row}`, HTMLElement), native)
    const verdict = byId(`verdict-${row}`, HTMLElement)
    setText(verdict, differs ? 'differs' : ours === native ? 'same' : '')
    verdict.classList.toggle('differs', differs)
  }
}

function summary({ comparison, unknown }: SideBySide): string {
  const { equal, count } = comparison
  const parts = [
    count === 0
      ? `No differences so far: ${counted(equal, 'identical message')} in the same order.`
      : `${counted(count, 'difference')}, ${counted(equal, 'identical message')}. ` +
        'Each source has its own connection, so data that the server generates per connection, such as the time, differs.',
  ]
  if (unknown.size > 0) {
    const names = [...unknown].join(', ')
    parts.push(
      `Messages of type ${names} are not compared, because the native EventSource did not listen for them. Connect again to compare: the types are now in the request’s “Event types”.`,
    )
  }
  return parts.join(' ')
}
