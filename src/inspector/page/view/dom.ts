/** DOM helpers. Data from a stream becomes text, never markup. */

/** Finds an element by its ID and checks its class. */
export function byId<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`Element "${id}" is missing`)
  return found
}

/** Creates an element with a class and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: (string | Node)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/** Sets the text only if it differs, because screen readers announce every write. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Such as `1,234`. */
export function grouped(count: number): string {
  return count.toLocaleString('en')
}

/** Such as `12 ms`, `3.4 s` or `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`
}

/** Time since the start, such as `0:07.250`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const rest = `${String(seconds % 60).padStart(2, '0')}.${String(Math.floor(ms % 1_000)).padStart(3, '0')}`
  return `${Math.floor(seconds / 60)}:${rest}`
}
