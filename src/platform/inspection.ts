/** Makes `console.log` in Node, Deno and Bun show objects whose members are getters of their class. */

/** How `console.log` shows an object. */
export interface Preview {
  /** The class name, if it differs from the name of `constructor`. */
  name?: string
  /** Shown in brackets after the class name. */
  state?: string
  members: object
}

/** The runtime's formatter. */
type Inspect = (value: unknown, options: object) => string

interface Options {
  /** Null or Infinity for no limit. */
  depth: number | null
  /** Deno only: the current nesting depth. */
  currentDepth?: number
}

const NODE_INSPECT = Symbol.for('nodejs.util.inspect.custom')
/** The only symbol that Deno uses for events and event targets. */
const DENO_INSPECT = Symbol.for('Deno.customInspect')

/** For objects that do not expose the data in public members. */
const previews = new WeakMap<object, () => Preview>()

/** Sets the preview of an object whose class uses `defineInspection(Class, previewOf)`. */
export function setPreview(shown: object, preview: () => Preview): void {
  previews.set(shown, preview)
}

export function previewOf(shown: object): Preview {
  return previews.get(shown)?.() ?? { members: {} }
}

/** Defines the inspection methods of those runtimes on a class. */
export function defineInspection<Shown extends object>(
  { prototype }: { prototype: Shown },
  getPreview: (shown: Shown) => Preview,
): void {
  const format = (shown: Shown, isNestedTooDeep: boolean, options: Options, inspect: Inspect): string => {
    const own = shown.constructor.name
    let preview: Preview
    try {
      preview = getPreview(shown)
    } catch {
      // It only inherits from an instance, so it lacks the private members.
      return `${own} {}`
    }
    const { name = own, state, members } = preview
    const label = state === undefined ? name : `${name} [${state}]`
    if (isNestedTooDeep) return `[${label}]`
    return `${label} ${inspect(members, { ...options, depth: options.depth === null ? null : options.depth - 1 })}`
  }
  const methods = {
    [NODE_INSPECT](this: Shown, depth: number, options: Options, inspect: Inspect) {
      return format(this, depth < 0, options, inspect)
    },
    [DENO_INSPECT](this: Shown, inspect: Inspect, options: Options) {
      const { depth, currentDepth = 0 } = options
      return format(this, depth !== null && currentDepth > depth, options, inspect)
    },
  }
  for (const symbol of [NODE_INSPECT, DENO_INSPECT] as const) {
    Object.defineProperty(prototype, symbol, { value: methods[symbol], configurable: true, writable: true })
  }
}
