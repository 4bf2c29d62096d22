/** Options from a `Request`, which `streamEvents` takes instead of a URL. */

import { isBodiless } from '../connection/request-body.ts'
import { isObject, isPlain, optionMembers } from '../input/checks.ts'

/** Members of a fetch init without an option of ours, with their default values. */
const DEFAULTS = { mode: 'cors', referrer: 'about:client', referrerPolicy: '', integrity: '', keepalive: false }

/** In Node, the signal of a `Request` follows the caller's only as long as the `Request` exists. */
const requests = new WeakMap<AbortSignal, Request>()

export function isRequest(input: unknown): input is Request {
  return isObject(input) && 'url' in input && 'method' in input && 'clone' in input
}

/**
 * Options for the same request. The caller's options override them.
 *
 * @throws a `TypeError` if its body has been read
 */
export function optionsOfRequest(request: Request, init: unknown): object {
  const { method, headers, signal, credentials, redirect, bodyUsed } = request
  if (bodyUsed) throw new TypeError('The body of the Request was already read')
  requests.set(signal, request)
  const given = optionMembers(init)
  const fetchOptions = credentials === 'omit' && given.withCredentials === undefined ? { credentials } : {}
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const own: unknown = Reflect.get(request, name)
    if (own !== undefined && own !== value) Object.assign(fetchOptions, { [name]: own })
  }
  const options: Record<string | symbol, unknown> = {
    method,
    headers,
    signal,
    withCredentials: credentials === 'include',
    redirect: redirect === 'follow' ? redirect : 'error',
    fetchOptions,
    // Of a copy, so that it can be sent again. Firefox does not show the body.
    body: isBodiless(method) || request.body === null ? undefined : () => request.clone().arrayBuffer(),
  }
  // The caller's may be frozen, or an instance of a class.
  return new Proxy(
    {},
    {
      get(_, name) {
        const value: unknown = Reflect.get(given, name)
        if (name === 'fetchOptions' && isPlain(value)) return { ...fetchOptions, ...value }
        return value === undefined ? options[name] : value
      },
    },
  )
}
