/** The diagnosis of the stream: all findings in a tab, and what stops the stream in a banner. */

import type { Finding, Remedy } from '../../../diagnosis/finding.ts'
import type { Session } from '../session.ts'
import { button, byId, make, setText } from './dom.ts'

/** In ms. Diagnosing all observations after each chunk would be wasteful. */
const EVERY = 500

export interface FindingActions {
  /** Applies a setting that may help. */
  apply: (remedy: Remedy | 'forward') => void
  copy: (text: string, done: string) => Promise<void>
  /** Opens the tab. */
  showAll: () => void
}

export class FindingsView {
  readonly #list = byId('findings', HTMLUListElement)
  readonly #note = byId('findings-note', HTMLElement)
  readonly #badge = byId('badge', HTMLElement)
  readonly #banner = byId('banner', HTMLElement)
  readonly #actions: FindingActions
  /** Whether the local server forwards requests. */
  readonly #canForward: boolean
  #shown = ''
  #diagnosedAt = -EVERY
  #session: Session | undefined
  #state = ''

  constructor(actions: FindingActions, canForward: boolean) {
    this.#actions = actions
    this.#canForward = canForward
  }

  render(session: Session, now: number): void {
    const { state } = session.recording
    const isNew = session !== this.#session || state !== this.#state
    if (!isNew && now - this.#diagnosedAt < EVERY) return
    this.#session = session
    this.#state = state
    this.#diagnosedAt = now
    const findings = session.findings(now)
    const text = JSON.stringify([session.wanted.route, findings])
    // Don't disturb a user who is reading or has selected text.
    if (text === this.#shown) return
    this.#shown = text
    this.#list.replaceChildren(...findings.map((finding) => this.#item(finding)))
    setText(this.#note, findings.length === 0 ? 'No problems found so far.' : '')
    const [worst] = findings
    this.#badge.className = `badge badge-${worst?.level ?? ''}`
    const words = worst ? [String(findings.length), make('span', 'unseen', `, worst: ${worst.level}`)] : []
    this.#badge.replaceChildren(...words)
    this.#showBanner(worst?.level === 'error' ? worst : undefined)
  }

  #showBanner(finding: Finding | undefined): void {
    this.#banner.hidden = finding === undefined
    if (!finding) return
    const details = button('', 'Details', this.#actions.showAll)
    this.#banner.replaceChildren(
      make('p', '', make('strong', '', finding.seen), ' ', finding.fix),
      ...this.#remedies(finding),
      details,
    )
  }

  #item(finding: Finding): HTMLLIElement {
    const { level, seen, why, fix, example } = finding
    const element = make('li', `finding finding-${level}`)
    element.append(make('p', 'seen', make('span', 'level', level), ' ', seen))
    for (const text of [why, fix]) element.append(make('p', '', text))
    if (example !== undefined) {
      element.append(
        make('pre', '', example),
        button('', 'Copy', () => void this.#actions.copy(example, 'Copied')),
      )
    }
    element.append(...this.#remedies(finding))
    return element
  }

  #remedies({ remedy, code }: Finding): HTMLButtonElement[] {
    const given = code === 'cors-blocked' && this.#canForward ? 'forward' : remedy
    if (!given) return []
    return [
      button('primary', labelOf(given), () => {
        this.#actions.apply(given)
      }),
    ]
  }
}

/** The label says what the button will do. */
function labelOf(remedy: Remedy | 'forward'): string {
  if (remedy === 'forward') return 'Use “Forwarded”'
  if ('retryStatus' in remedy) return `Retry on ${remedy.retryStatus}`
  if ('method' in remedy) return `Use ${remedy.method}`
  return remedy.header.startsWith('Authorization') ? 'Add a token' : `Send ${remedy.header.split(':', 1)[0] ?? ''}`
}
