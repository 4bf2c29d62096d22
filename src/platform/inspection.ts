/** What `console.log` shows in Node, Deno and Bun of objects whose members are getters of their class. */

/** An object at a glance. */
export interface Glance {
  /** In brackets after the name of the class. */
  state?: string
  members: object
}

/** The runtime's, which formats what is shown. */
type Inspect = (value: unknown, options: object) => string

const CUSTOM = Symbol.for('nodejs.util.inspect.custom')

/** Gives the objects of a class the method that those runtimes ask for. */
export function defineInspection<Shown extends object>(
  { prototype }: { prototype: Shown },
  glanceAt: (shown: Shown) => Glance,
): void {
  const value = function (this: Shown, depth: number, options: object, inspect: Inspect): string {
    const name = this.constructor.name
    let glance: Glance
    try {
      glance = glanceAt(this)
    } catch {
      // It only inherits from such an object.
      return `${name} {}`
    }
    const { state, members } = glance
    const label = state === undefined ? name : `${name} [${state}]`
    return depth < 0 ? `[${label}]` : `${label} ${inspect(members, { ...options, depth: depth - 1 })}`
  }
  Object.defineProperty(prototype, CUSTOM, { value, configurable: true, writable: true })
}
