/** The diagnosis of the stream. */

import { diagnose } from '../../../diagnosis/diagnose.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { Session } from '../session.ts'
import { byId, make, setText } from './dom.ts'

/** In ms. Diagnosing all observations after each chunk would be wasteful. */
const EVERY = 500

export class FindingsView {
  readonly #list = byId('findings', HTMLUListElement)
  readonly #note = byId('findings-note', HTMLElement)
  #shown = ''
  #diagnosedAt = -EVERY
  #session: Session | undefined

  render(session: Session, now: number): void {
    if (session === this.#session && now - this.#diagnosedAt < EVERY) return
    this.#session = session
    this.#diagnosedAt = now
    // CORS does not apply to the local server, which also knows why a request failed.
    const page = session.wanted.route === 'direct' ? location.href : undefined
    const findings = diagnose(session.observer.observations, { now, page }).map((finding): Shown => ({
      level: finding.level,
      parts: [finding.seen, finding.why, finding.fix].filter((text) => text !== ''),
      example: finding.example ?? headerOf(finding),
    }))
    const { explanation } = session
    if (explanation !== undefined) findings.unshift({ level: 'error', parts: [explanation], example: undefined })
    const text = JSON.stringify(findings)
    // Don't disturb a user who is reading or has selected text.
    if (text === this.#shown) return
    this.#shown = text
    this.#list.replaceChildren(...findings.map((finding) => item(finding)))
    setText(this.#note, findings.length === 0 ? 'No problems found so far.' : '')
  }
}

interface Shown {
  level: string
  parts: string[]
  example: string | undefined
}

function headerOf({ remedy }: Finding): string | undefined {
  return remedy && 'header' in remedy ? remedy.header : undefined
}

function item({ level, parts, example }: Shown): HTMLLIElement {
  const [seen = '', ...rest] = parts
  const element = make('li', `finding finding-${level}`)
  element.append(make('p', 'finding-seen', make('span', 'finding-level', level), ' ', seen))
  for (const text of rest) element.append(make('p', '', text))
  if (example !== undefined) element.append(make('pre', '', make('code', '', example)))
  return element
}
