/** What `console.log` shows in Node, Deno and Bun of objects whose members are getters of their class. */

/** What `console.log` shows of an object. */
export interface Preview {
  /** Of the class, where that is not what `constructor` says. */
  name?: string
  /** In brackets after the name of the class. */
  state?: string
  members: object
}

/** The runtime's, which formats what is shown. */
type Inspect = (value: unknown, options: object) => string

interface Options {
  /** Null and Infinity: no limit. */
  depth: number | null
  /** Deno's: how deep the object is nested already. */
  currentDepth?: number
}

const NODE_INSPECT = Symbol.for('nodejs.util.inspect.custom')
/** Deno asks events and their targets for nothing else. */
const DENO_INSPECT = Symbol.for('Deno.customInspect')

/** What objects look like that show it in no public member. */
const previews = new WeakMap<object, () => Preview>()

/** Says what an object looks like whose class is defined with `glanceOf`. */
export function setPreview(shown: object, preview: () => Preview): void {
  previews.set(shown, preview)
}

export function previewOf(shown: object): Preview {
  return previews.get(shown)?.() ?? { members: {} }
}

/** Gives the objects of a class the methods that those runtimes ask for. */
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
      // It only inherits from such an object.
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
