/** What is wrong with the stream, in words. */

import { diagnose } from '../../../diagnosis/diagnose.ts'
import type { Session } from '../session.ts'
import { byId, make, say } from './dom.ts'

/** In ms: reading all observations anew with each chunk would be a waste. */
const EVERY = 500

export class FindingsView {
  readonly #list = byId('findings', HTMLUListElement)
  readonly #note = byId('findings-note', HTMLElement)
  #shown = ''
  #lookedAt = -EVERY
  #session: Session | undefined

  render(session: Session, now: number): void {
    if (session === this.#session && now - this.#lookedAt < EVERY) return
    this.#session = session
    this.#lookedAt = now
    // The local server is bound by no browser's rules, and knows why a request failed.
    const page = session.wanted.way === 'direct' ? location.href : undefined
    const findings = diagnose(session.observer.observations, { now, page }).map((finding): Shown => ({
      level: finding.level,
      parts: [finding.seen, finding.why, finding.fix].filter((text) => text !== ''),
      example: finding.example,
    }))
    const { explanation } = session
    if (explanation !== undefined) findings.unshift({ level: 'error', parts: [explanation], example: undefined })
    const text = JSON.stringify(findings)
    // Whoever is reading it, or has a part of it marked, goes on.
    if (text === this.#shown) return
    this.#shown = text
    this.#list.replaceChildren(...findings.map((finding) => item(finding)))
    say(this.#note, findings.length === 0 ? 'Nothing is wrong so far.' : '')
  }
}

interface Shown {
  level: string
  parts: string[]
  example: string | undefined
}

function item({ level, parts, example }: Shown): HTMLLIElement {
  const [seen = '', ...rest] = parts
  const element = make('li', `finding finding-${level}`)
  element.append(make('p', 'finding-seen', make('span', 'finding-level', level), ' ', seen))
  for (const text of rest) element.append(make('p', '', text))
  if (example !== undefined) element.append(make('pre', '', make('code', '', example)))
  return element
}
