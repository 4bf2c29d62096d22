/** What differs between the runtimes' `fetch`. */

import { runtime } from './globals.ts'
import { hasDispatchers, patientDispatcher } from './node-dispatcher.ts'

/**
 * True where requests obey the browsers' rules for pages: a header of one's own costs a CORS preflight there. Such a runtime
 * also guards the names that a page must not set, and that shows without a request.
 */
export function hasForbiddenHeaders(): boolean {
  if (!runtime.Request) return false
  return !new runtime.Request('http://localhost/', { headers: { Origin: 'null' } }).headers.has('Origin')
}

/**
 * Those members of a fetch init that this runtime's `Request` accepts. Workers throw for some that only a browser can
 * honour, instead of ignoring them.
 */
export function acceptedMembers<Init extends object>(init: Init): Partial<Init> {
  if (isAccepted(init)) return init
  const members = Object.entries(init).filter(([name, value]) => isAccepted({ [name]: value as unknown }))
  return Object.fromEntries(members) as Partial<Init>
}

function isAccepted(init: object): boolean {
  try {
    if (runtime.Request) new runtime.Request('http://localhost/', init)
    return true
  } catch {
    return false
  }
}

/** Members that keep an idle body alive where the runtime would end it: Node after 300 s, Bun after about as long. */
export function patientMembers(): object {
  if (hasDispatchers()) return { dispatcher: patientDispatcher }
  if (runtime.Bun) return { timeout: false }
  return {}
}
