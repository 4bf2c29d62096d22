/**
 * A client that meets enemies, in any runtime that reads TypeScript: one after the other, or all at once. Prints a line of JSON
 * for each, and meanwhile measures what memory the process takes.
 */

import process from 'node:process'
import { EventSource } from '../../../dist/index.js'
import type { Encounter, Met, Orders } from './client-process.ts'
import type { SourceSeen, Until } from './enemy.ts'

/** How long an enemy is waited for, in ms. */
const PATIENCE = 30_000
/** How many messages are kept, and how much of each. */
const KEPT = 100

const { good, encounters, together } = JSON.parse(process.argv[2] ?? '') as Orders

// What any connection takes does not count.
await meetsGood()
const before = process.memoryUsage().rss
const mostBefore = highWater()
let most = before
const watch = setInterval(look, 5)
if (together) await Promise.all(encounters.map(meet))
else for (const encounter of encounters) await meet(encounter)
clearInterval(watch)
// Some sources would connect again in 24 days.
process.exit()

async function meet({ name, urls, options, insists, wantsComments, types, until }: Encounter): Promise<void> {
  const init = {
    ...options,
    ...(insists && { reconnect: { shouldReconnect: () => true } }),
    ...(wantsComments && { onComment: () => undefined }),
  }
  const met = urls.map((url) => follow(new EventSource(url, init), types, until))
  const sources = await Promise.all(met)
  const next = await meetsGood()
  look()
  const grown = Math.max(most, highWater() > mostBefore ? highWater() : 0) - before
  const polluted = Object.keys(Object.prototype).length > 0 || 'polluted' in {}
  console.log(JSON.stringify({ name, sources, next, polluted, grown } satisfies Met))
}

/** Resolves with what was seen, when it is time. */
function follow(source: EventSource, types: readonly string[], until: Until): Promise<SourceSeen> {
  const seen: SourceSeen = { opens: 0, messages: 0, types: {}, data: [], ids: [], errors: [], readyState: 0 }
  // One of the types is `__proto__`.
  Object.setPrototypeOf(seen.types, null)
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      seen.readyState = source.readyState
      source.close()
      resolve(seen)
    }
    const timer = setTimeout(finish, until.ms ?? PATIENCE)
    const take = ({ type, data, lastEventId }: MessageEvent<string>): void => {
      seen.types[type] = (seen.types[type] ?? 0) + 1
      if (seen.messages < KEPT) {
        seen.data.push(data.slice(0, KEPT))
        seen.ids.push(lastEventId.slice(0, KEPT))
      }
      if (++seen.messages === until.messages) finish()
    }
    source.onopen = () => {
      seen.opens++
    }
    for (const type of ['message', ...types]) {
      source.addEventListener(type, (event) => {
        if ('data' in event) take(event)
      })
    }
    source.onerror = (event) => {
      if (!('error' in event)) return
      const { error, willReconnect, delay } = event
      const { reason, message, body } = error
      seen.errors.push({
        reason,
        message: message.slice(0, 300),
        willReconnect,
        ...(delay !== undefined && { delay }),
        ...(body !== undefined && { body: body.length }),
      })
      if (seen.errors.length === until.errors || source.readyState === EventSource.CLOSED) finish()
    }
  })
}

/** Whether a server that behaves is understood. */
async function meetsGood(): Promise<boolean> {
  const { data } = await follow(new EventSource(good), [], { messages: 1 })
  return data[0] === 'good'
}

function look(): void {
  most = Math.max(most, process.memoryUsage().rss)
}

/** The most that the process has ever taken, in bytes: it tells what came and went between two looks. */
function highWater(): number {
  return 'Deno' in globalThis || 'Bun' in globalThis ? 0 : process.resourceUsage().maxRSS * 1_024
}
