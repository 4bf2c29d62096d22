/** Makes `console.log` in Node, Deno and Bun show objects whose members are getters of their class. */

/** How `console.log` shows an object. */
export interface Preview {
  /** The class name, if it differs from the name of `constructor`. */
  name?: string
  /** Instance in brackets after the class name. */
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
export function setPreview(instance: object, preview: () => Preview): void {
  previews.set(instance, preview)
}

export function previewOf(instance: object): Preview {
  return previews.get(instance)?.() ?? { members: {} }
}

/** Defines the inspection methods of those runtimes on a class. */
export function defineInspection<Instance extends object>(
  { prototype }: { prototype: Instance },
  getPreview: (instance: Instance) => Preview,
): void {
  const format = (instance: Instance, isNestedTooDeep: boolean, options: Options, inspect: Inspect): string => {
    const own = instance.constructor.name
    let preview: Preview
    try {
      preview = getPreview(instance)
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
    [NODE_INSPECT](this: Instance, depth: number, options: Options, inspect: Inspect) {
      return format(this, depth < 0, options, inspect)
    },
    [DENO_INSPECT](this: Instance, inspect: Inspect, options: Options) {
      const { depth, currentDepth = 0 } = options
      return format(this, depth !== null && currentDepth > depth, options, inspect)
    },
  }
  for (const symbol of [NODE_INSPECT, DENO_INSPECT] as const) {
    Object.defineProperty(prototype, symbol, { value: methods[symbol], configurable: true, writable: true })
  }
}
