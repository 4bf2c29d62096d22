/** A program that both imports and requires the package. */

import { createRequire } from 'node:module'
import * as imported from 'everysource'

const required = createRequire(import.meta.url)('everysource')

function failed({ EventSource }) {
  const source = new EventSource('data:text/plain,none')
  return new Promise((resolve) => {
    source.onerror = resolve
  })
}

const events = [await failed(imported), await failed(required)]
console.log(
  JSON.stringify({
    copies: imported.EventSource !== required.EventSource,
    errors: events.flatMap(({ error }) => [
      error instanceof imported.ConnectionError,
      error instanceof required.ConnectionError,
    ]),
    reasons: events.map(({ error }) => error.reason),
  }),
)
