/** In a frame of the page: takes connections from the server, hears each through both at once, and tells what was heard. */

import type { EventSource as Ours } from 'everysource'
import type { Told, Work } from './work.ts'

/** The script build. */
declare const everysource: { EventSource: typeof Ours }

/** How long a connection may take, in ms, on a machine that has much else to do. */
const PATIENCE = 120_000

/** Works for ever; so many of these run in a frame. */
export async function lane(version: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`/work/${version}`)
    const work = (await answer.json()) as Work
    const url = `/stream/${work.id}`
    const [ours, native] = await Promise.all([
      hear(work, () => new everysource.EventSource(`${url}/ours`, optionsFor(work))),
      hear(work, () => new EventSource(`${url}/native`)),
    ])
    await fetch(`/told/${work.id}`, { method: 'POST', body: JSON.stringify({ ours, native }) })
  }
}

/** What comes is not to be told apart from waits that chance makes longer. */
function optionsFor({ cuts }: Work): ConstructorParameters<typeof Ours>[1] {
  const reconnect = { jitter: 0, factor: 1 }
  return cuts ? { reconnect, fetch: async (url, init) => recut(await fetch(url, init), cuts) } : { reconnect }
}

function hear(work: Work, open: () => EventSource | Ours): Promise<Told> {
  return new Promise((resolve) => {
    const heard: Told['heard'] = []
    const source = open()
    let losses = 0
    const finish = (): void => {
      clearTimeout(patience)
      source.close()
      const time = 'reconnectionTime' in source ? { reconnectionTime: String(source.reconnectionTime) } : {}
      resolve({ heard, ...time })
    }
    const patience = setTimeout(() => {
      heard.push(['(nothing more came)'])
      finish()
    }, PATIENCE)
    const hearEvent = (event: Event): void => {
      if (event instanceof MessageEvent) {
        const { type, data, lastEventId } = event as MessageEvent<string>
        heard.push([type, data, lastEventId])
        if (type === work.last.type && data === work.last.data) finish()
      } else {
        heard.push([`(${event.type})`, String(source.readyState)])
        if (event.type !== 'error') return
        losses++
        if (source.readyState === 2 || losses === work.losses) finish()
      }
    }
    for (const type of work.types) source.addEventListener(type, hearEvent)
  })
}

/** The second response is the one whose cuts matter; those before and after it are shorter than the first cut, or empty. */
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
