/** What a runtime says of a failure, without what only the request should know. */

const URLS = /\b(?:https?|data|blob):[^\s"'<>()]+/g
const MAX_DEPTH = 5

/**
 * A copy of an error and of its causes, in which URLs show neither password nor query: Deno and Bun put the request's URL into
 * theirs. (Fact 4.) What is no error is left out, save for texts.
 */
export function withoutSecrets(error: unknown): unknown {
  try {
    return copyOf(error, MAX_DEPTH)
  } catch {
    // A getter of the caller's has thrown.
    return undefined
  }
}

/** The first `code` in a chain of causes: Node's fetch wraps the system's error in a TypeError. */
export function systemCode(error: unknown): string | undefined {
  for (; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code
  }
  return undefined
}

function copyOf(error: unknown, depth: number): unknown {
  if (typeof error === 'string') return clean(error)
  if (!(error instanceof Error) || depth === 0) return undefined
  const { name, message, stack = '', cause } = error
  const copy = new Error(clean(message), { cause: copyOf(cause, depth - 1) })
  if ('code' in error) Object.assign(copy, { code: error.code })
  const hidden = (value: string): PropertyDescriptor => ({ value, configurable: true, writable: true })
  return Object.defineProperties(copy, { name: hidden(name), stack: hidden(clean(stack)) })
}

function clean(text: string): string {
  return text.replace(URLS, (url) => {
    if (url.startsWith('data:')) return 'data:…'
    return url.replace(/[?#].*$/, '').replace(/\/\/[^/]*@/, '//')
  })
}
