/** In a frame: takes connections from the server, follows each with both implementations, and reports the events. */

import type { EventSource as Ours } from 'everysource'
import type { Observed, Work } from './page-messages.ts'

/** The script build. */
declare const everysource: { EventSource: typeof Ours }

/** Time limit for a connection, in ms, on a busy machine. */
const PATIENCE = 120_000

/** Runs connections forever; each frame has several lanes. */
export async function lane(version: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`/work/${version}`)
    const work = (await answer.json()) as Work
    const url = `/stream/${work.id}`
    const [ours, native] = await Promise.all([
      observe(work, () => new everysource.EventSource(`${url}/ours`, optionsFor(work))),
      observe(work, () => new EventSource(`${url}/native`)),
    ])
    await fetch(`/observed/${work.id}`, { method: 'POST', body: JSON.stringify({ ours, native }) })
  }
}

/** Without jitter, which would make waits incomparable. */
function optionsFor({ cuts }: Work): ConstructorParameters<typeof Ours>[1] {
  const reconnect = { jitter: 0, factor: 1 }
  return cuts ? { reconnect, fetch: async (url, init) => recut(await fetch(url, init), cuts) } : { reconnect }
}

function observe(work: Work, open: () => EventSource | Ours): Promise<Observed> {
  return new Promise((resolve) => {
    const events: Observed['events'] = []
    const source = open()
    let losses = 0
    const finish = (): void => {
      clearTimeout(patience)
      source.close()
      const time = 'reconnectionTime' in source ? { reconnectionTime: String(source.reconnectionTime) } : {}
      resolve({ events, ...time })
    }
    const patience = setTimeout(() => {
      events.push(['(timed out)'])
      finish()
    }, PATIENCE)
    const onEvent = (event: Event): void => {
      if (event instanceof MessageEvent) {
        const { type, data, lastEventId } = event as MessageEvent<string>
        events.push([type, data, lastEventId])
        if (type === work.last.type && data === work.last.data) finish()
      } else {
        events.push([`(${event.type})`, String(source.readyState)])
        if (event.type !== 'error') return
        losses++
        if (source.readyState === 2 || losses === work.losses) finish()
      }
    }
    for (const type of work.types) source.addEventListener(type, onEvent)
  })
}

/** Cuts a body into the given chunks. Only the second response matters; the others are shorter than the first cut, or empty. */
function recut(response: Response, cuts: number[]): Response {
  if (response.status !== 200) return response
  let at = 0
  const cutting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const inside = cuts.filter((cut) => cut > at && cut < at + chunk.length).map((cut) => cut - at)
      const bounds = [0, ...inside, chunk.length]
      for (const [index, bound] of bounds.slice(1).entries()) controller.enqueue(chunk.slice(bounds[index], bound))
      at += chunk.length
    },
  })
  const { status, headers } = response
  return new Response(response.body?.pipeThrough(cutting) ?? null, { status, headers })
}
