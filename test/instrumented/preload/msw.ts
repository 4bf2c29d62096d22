/** msw's server, as in tests. Unhandled requests pass through. */

import '../../../dist/polyfill/force.js'
import { setupServer } from 'msw/node'

export const server = setupServer()
export function listen(): void {
  server.listen({ onUnhandledFrame: 'bypass' })
}

listen()
