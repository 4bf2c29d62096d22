/** Keyboard shortcuts, and the dialog that lists them. */

import { byId, isField, make } from './view/dom.ts'

export interface Shortcut {
  keys: string[]
  text: string
  act: () => void
}

/** @param shortcuts the first key of each is shown first */
export function listenForShortcuts(shortcuts: Shortcut[]): void {
  const dialog = byId('shortcuts', HTMLDialogElement)
  const open = (): void => {
    dialog.showModal()
  }
  const all: Shortcut[] = [...shortcuts, { keys: ['?'], text: 'Show this list', act: open }]
  dialog
    .querySelector('dl')
    ?.append(
      ...all.flatMap(({ keys, text }) => [
        make('dt', '', ...keys.flatMap((key, i) => [...(i > 0 ? [' or '] : []), make('kbd', '', key)])),
        make('dd', '', text),
      ]),
    )
  byId('help', HTMLButtonElement).addEventListener('click', open)
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isField(event.target) || dialog.open) return
    const shortcut = all.find(({ keys }) => keys.includes(event.key))
    if (!shortcut) return
    // `/` would open the search of Firefox.
    event.preventDefault()
    shortcut.act()
  })
}
