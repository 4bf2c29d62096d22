/** Keyboard shortcuts, and the dialog that lists them. */

import { byId, isField, make } from './view/dom.ts'

export type Shortcut = [keys: string[], text: string, act: () => void]

export function listenForShortcuts(shortcuts: Shortcut[]): void {
  const dialog = byId('shortcuts', HTMLDialogElement)
  const open = (): void => {
    dialog.showModal()
  }
  const all: Shortcut[] = [...shortcuts, [['?'], 'Show this list', open]]
  dialog
    .querySelector('dl')
    ?.append(
      ...all.flatMap(([keys, text]) => [
        make(
          'dt',
          '',
          ...keys.flatMap((key, i) => [
            ...(i > 0 ? [' or '] : []),
            make('kbd', '', key.replace('ArrowDown', '↓').replace('ArrowUp', '↑')),
          ]),
        ),
        make('dd', '', text),
      ]),
    )
  byId('help', HTMLButtonElement).addEventListener('click', open)
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isField(event.target) || dialog.open) return
    // They scroll, and choose a radio button.
    const isArrow = event.key.startsWith('Arrow')
    if (isArrow && event.target !== document.body) return
    if (event.repeat && !isArrow && !/^[jk]$/.test(event.key)) return
    const [, , act] = all.find(([keys]) => keys.includes(event.key)) ?? []
    if (!act) return
    // `/` would open the search of Firefox.
    event.preventDefault()
    act()
  })
}
