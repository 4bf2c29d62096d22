/** In a browser page: measures the native EventSource and ours in turn, and posts the results to the server. */

import type { Follow } from './contenders/contender.ts'
import { follow as loop } from './contenders/everysource-loop.ts'
import { follow as everysource } from './contenders/everysource.ts'
import { follow as baseline } from './contenders/baseline.ts'
import { follow as native } from './contenders/native.ts'
import type { Paced } from './measures/browsers.ts'
import { followBurst } from './follow-burst.ts'

const FOLLOW: Record<string, Follow> = { baseline, native, everysource, 'everysource-loop': loop }

const query = new URLSearchParams(location.search)
const contenders = (query.get('contenders') ?? '').split(',')
const count = Number(query.get('count'))

void run().then(report, (error: unknown) => report({ error: String(error) }))

async function run(): Promise<Record<string, Paced[]>> {
  const results: Record<string, Paced[]> = {}
  for (let round = Number(query.get('rounds')); round > 0; round--) {
    for (const contender of contenders) {
      const follow = FOLLOW[contender] ?? native
      const url = new URL(`/burst?${query}`, location.href).href
      ;(results[contender] ??= []).push(await measure(follow, url))
    }
  }
  return results
}

/**
 * Measures from the request to the last message, without a warm-up within the burst. Firefox delivers a burst in a few chunks of
 * megabytes, so part of a message's cost comes before the first message.
 */
async function measure(follow: Follow, url: string): Promise<Paced> {
  const started = performance.now()
  const { ended, checksum } = await followBurst(follow, url, count, () => [performance.now()])
  return { wallPerMessage: (((ended[0] ?? NaN) - started) * 1_000) / count, checksum }
}

async function report(result: unknown): Promise<void> {
  await fetch(`/reports/${query.get('report') ?? ''}`, { method: 'POST', body: JSON.stringify(result) })
}
