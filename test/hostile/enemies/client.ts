/**
 * A client that meets enemies, in any runtime that reads TypeScript: one after the other, or all at once. Prints a line of JSON
 * for each, and meanwhile measures what memory the process takes.
 */

import process from 'node:process'
import type { Encounter, Met, Orders } from './client-process.ts'
import { followLoop, followSource } from './follow.ts'

const { good, encounters, together, inLoops } = JSON.parse(process.argv[2] ?? '') as Orders

const follow = inLoops ? followLoop : followSource

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
  const met = urls.map((url) => follow(url, init, types, until))
  const sources = await Promise.all(met)
  const next = await meetsGood()
  look()
  const grown = Math.max(most, highWater() > mostBefore ? highWater() : 0) - before
  const polluted = Object.keys(Object.prototype).length > 0 || 'polluted' in {}
  console.log(JSON.stringify({ name, sources, next, polluted, grown } satisfies Met))
}

/** Whether a server that behaves is understood. */
async function meetsGood(): Promise<boolean> {
  const { data } = await follow(good, {}, [], { messages: 1 })
  return data[0] === 'good'
}

function look(): void {
  most = Math.max(most, process.memoryUsage().rss)
}

/** The most that the process has ever taken, in bytes: it tells what came and went between two looks. */
function highWater(): number {
  return 'Deno' in globalThis || 'Bun' in globalThis ? 0 : process.resourceUsage().maxRSS * 1_024
}
