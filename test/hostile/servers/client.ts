/**
 * Connects to hostile servers in any runtime that reads TypeScript, one after the other or in parallel. Prints a line of JSON
 * for each, and measures the memory of the process meanwhile.
 */

import process from 'node:process'
import type { ClientReport, Encounter, Orders } from './client-process.ts'
import { followLoop, followSource } from './follow.ts'

const { good, encounters, together, inLoops } = JSON.parse(process.argv[2] ?? '') as Orders

const follow = inLoops ? followLoop : followSource

// The memory of a first, normal connection does not count.
await meetsGood()
const before = process.memoryUsage().rss
const mostBefore = highWater()
let most = before
const watch = setInterval(look, 5)
if (together) await Promise.all(encounters.map(meet))
else for (const encounter of encounters) await meet(encounter)
clearInterval(watch)
// Some sources would reconnect in 24 days.
process.exit()

async function meet({ name, urls, options, insists, wantsComments, types, until }: Encounter): Promise<void> {
  const init = {
    ...options,
    ...(insists && { reconnect: { shouldReconnect: () => true } }),
    ...(wantsComments && { onComment: () => undefined }),
  }
  const sources = await Promise.all(urls.map((url) => follow(url, init, types, until)))
  const next = await meetsGood()
  look()
  const grown = Math.max(most, highWater() > mostBefore ? highWater() : 0) - before
  const polluted = Object.keys(Object.prototype).length > 0 || 'polluted' in {}
  console.log(JSON.stringify({ name, sources, next, polluted, grown } satisfies ClientReport))
}

/** Whether a well-behaved server still works. */
async function meetsGood(): Promise<boolean> {
  const { data } = await follow(good, {}, [], { messages: 1 })
  return data[0] === 'good'
}

function look(): void {
  most = Math.max(most, process.memoryUsage().rss)
}

/** Peak memory of the process in bytes, including peaks between two samples; 0 if the runtime does not report it. */
function highWater(): number {
  return 'Deno' in globalThis || 'Bun' in globalThis ? 0 : process.resourceUsage().maxRSS * 1_024
}
