/** All the ways in which a runtime prints an object. */

interface Inspecting {
  Deno?: { inspect(value: unknown, options: object): string }
  Bun?: { inspect(value: unknown, options?: object): string }
  process?: { getBuiltinModule?: (name: string) => { inspect(value: unknown, options: object): string } }
}

/** Every text that a log could contain for an error and its causes. */
export function allRepresentations(error: Error): string[] {
  const { Deno, Bun, process } = globalThis as Inspecting
  const util = process?.getBuiltinModule?.('node:util')
  const chain: unknown[] = []
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    chain.push(each.message, each.stack, String(each), JSON.stringify(each))
  }
  return [
    ...chain.map(String),
    JSON.stringify({ error }),
    Object.entries(error).join(),
    ...(util ? [util.inspect(error, { depth: 9 })] : []),
    ...(Deno ? [Deno.inspect(error, { depth: 9 })] : []),
    ...(Bun ? [Bun.inspect(error)] : []),
  ]
}
