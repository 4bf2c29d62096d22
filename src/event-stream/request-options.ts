/** Converts a `Request` passed to `streamEvents` to options. */

import { isBodiless } from '../connection/request-body.ts'
import { isObject, isPlain, optionMembers } from '../input/checks.ts'

/** Members of a `Request` that have no option here, with their default values. */
const DEFAULTS = { mode: 'cors', referrer: 'about:client', referrerPolicy: '', integrity: '', keepalive: false }

/** Keeps each `Request` alive as long as its signal: Node stops relaying the caller's abort once the `Request` is collected. */
const requests = new WeakMap<AbortSignal, Request>()

export function isRequest(input: unknown): input is Request {
  return isObject(input) && 'url' in input && 'method' in input && 'clone' in input
}

/**
 * Returns options for the same request. The caller's options override them.
 *
 * @throws a `TypeError` if its body has been read
 */
export function optionsOfRequest(request: Request, init: unknown): object {
  const { method, headers, signal, credentials, redirect, bodyUsed } = request
  if (bodyUsed) throw new TypeError('The body of the Request has already been read')
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
    // Reads a clone, so that the body can be sent again. (Firefox has no `body` on requests.)
    body: isBodiless(method) || request.body === null ? undefined : () => request.clone().arrayBuffer(),
  }
  // A proxy, because the caller's options may be frozen or a class instance.
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
