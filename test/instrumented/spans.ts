/** Trials for tools that trace: they add headers and spans. */

import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { streamEvents } from '../../dist/index.js'
import type { Trial } from '../consumers/clients/client.ts'
import { numbered, serve } from '../consumers/clients/server.ts'
import { dropOnce } from './trials.ts'

/** How a tool traces. */
interface Tracing {
  /** The headers that it adds. */
  headers: string[]
  /** Runs code in a span, for tools that need one around requests. */
  within?(run: () => Promise<void>): Promise<void>
  /** The number of spans of requests to this origin that have ended. */
  count(origin: string): Promise<number>
}

export function tracingTrials({ headers, within = (run) => run(), count }: Tracing): Trial[] {
  const subject = headers.map((name) => `\`${name}\``).join(', ')
  return [
    {
      name: `each request has ${subject} once, also a reconnection`,
      async run() {
        await using server = await serve(numbered(2))
        await within(async () => void (await dropOnce(server)))
        assert.equal(server.requests.length, 2)
        for (const { headersDistinct } of server.requests) {
          for (const name of headers) assert.equal(headersDistinct[name]?.length, 1, name)
        }
      },
    },
    {
      name: 'each request has a span',
      async run() {
        await using server = await serve(numbered(2))
        await within(async () => void (await dropOnce(server)))
        while ((await count(server.origin)) < 2) await wait(20)
        assert.equal(await count(server.origin), 2)
      },
    },
  ]
}

/** For tools whose `count` does not wait for the span around. */
export function spanEndsWithStream({ within = (run) => run(), count }: Tracing): Trial {
  return {
    name: 'its span ends with the stream',
    async run() {
      await using server = await serve(numbered(2))
      await within(async () => {
        for await (const { lastEventId } of streamEvents(server.origin)) {
          assert.equal(await count(server.origin), 0)
          if (lastEventId === '2') break
        }
      })
      while ((await count(server.origin)) < 1) await wait(20)
    },
  }
}
