/** The order in which the model calls listeners, even if they add and remove each other. (DOM standard, 2.10) */

export const TYPES = ['open', 'message', 'error', 'ping'] as const
export type Type = (typeof TYPES)[number]
/** Types with a handler attribute. */
export type HandledType = Exclude<Type, 'ping'>

/** A listener, identified by name. */
interface Entry {
  name: string
  isHandler: boolean
  once: boolean
  isRemoved: boolean
}

export class Listeners {
  readonly #entries: Record<Type, Entry[]> = { open: [], message: [], error: [], ping: [] }
  /** Listeners that the current dispatch has yet to call. */
  #rest: Entry[] = []
  #type: Type = 'open'

  add(type: Type, name: string, once: boolean): void {
    this.#add(type, { name, isHandler: false, once, isRemoved: false })
  }

  remove(type: Type, name: string): void {
    this.#removeWhere(type, (entry) => !entry.isHandler && entry.name === name)
  }

  /** A handler keeps the position of the one it replaces; null removes it. */
  setHandler(type: HandledType, name: string | null): void {
    if (name === null) {
      this.#removeWhere(type, ({ isHandler }) => isHandler)
      return
    }
    const handler = this.#entries[type].find(({ isHandler }) => isHandler)
    if (handler) handler.name = name
    else this.#add(type, { name, isHandler: true, once: false, isRemoved: false })
  }

  /** Names of listeners other than handlers. */
  named(type: Type): string[] {
    return this.#entries[type].filter(({ isHandler }) => !isHandler).map(({ name }) => name)
  }

  /** Starts a dispatch to the current listeners. */
  dispatch(type: Type): void {
    this.#type = type
    this.#rest = [...this.#entries[type]]
  }

  /** The next listener to call; undefined at the end of the dispatch. */
  next(): string | undefined {
    const entry = this.#rest.shift()
    if (!entry) return undefined
    if (entry.isRemoved) return this.next()
    if (entry.once) this.#removeWhere(this.#type, (other) => other === entry)
    return entry.name
  }

  #add(type: Type, entry: Entry): void {
    this.#entries[type].push(entry)
  }

  #removeWhere(type: Type, matches: (entry: Entry) => boolean): void {
    const entries = this.#entries[type]
    for (const entry of entries) if (matches(entry)) entry.isRemoved = true
    this.#entries[type] = entries.filter(({ isRemoved }) => !isRemoved)
  }
}
