/** The tabs beside the list. On a phone, they open a sheet. */

import { byId } from './dom.ts'

export type TabName = 'detail' | 'findings' | 'timeline' | 'headers' | 'native'

export class Tabs {
  readonly #side = byId('side', HTMLElement)
  readonly #tabs = [...this.#side.querySelectorAll<HTMLButtonElement>('[role=tab]')]
  readonly #onShow: () => void

  constructor(onShow: () => void) {
    this.#onShow = onShow
    for (const tab of this.#tabs) {
      tab.addEventListener('click', () => {
        this.#show(tab)
      })
      tab.addEventListener('keydown', ({ key }) => {
        const last = this.#tabs.length - 1
        const at = this.#tabs.indexOf(tab)
        const target = {
          ArrowRight: at === last ? 0 : at + 1,
          ArrowLeft: at === 0 ? last : at - 1,
          Home: 0,
          End: last,
        }[key]
        const next = target === undefined ? undefined : this.#tabs[target]
        if (!next) return
        this.#show(next)
        next.focus()
      })
    }
    this.#side.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.close()
    })
    byId('side-close', HTMLButtonElement).addEventListener('click', () => {
      this.close()
      byId('log', HTMLElement).focus()
    })
    this.#show(this.#tabs[0], false)
  }

  isShown(name: TabName): boolean {
    return byId(`tab-${name}`, HTMLElement).ariaSelected === 'true'
  }

  show(name: TabName): void {
    this.#show(byId(`tab-${name}`, HTMLButtonElement))
  }

  close(): void {
    this.#side.dataset.open = 'false'
  }

  #show(shown: HTMLButtonElement | undefined, opens = true): void {
    for (const tab of this.#tabs) {
      tab.setAttribute('aria-selected', String(tab === shown))
      tab.tabIndex = tab === shown ? 0 : -1
      byId(tab.getAttribute('aria-controls') ?? '', HTMLElement).hidden = tab !== shown
    }
    if (opens) this.#side.dataset.open = 'true'
    this.#onShow()
  }
}
