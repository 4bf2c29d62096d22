import { streamEvents } from '../../../../../dist/index.js'

export async function GET(request) {
  const upstream = new URL(request.url).searchParams.get('upstream')
  const events = streamEvents(upstream, { reconnect: true, signal: request.signal })
  return new Response(ReadableStream.from(chunksOf(events)), { headers: { 'Content-Type': 'text/event-stream' } })
}

async function* chunksOf(events) {
  const encoder = new TextEncoder()
  for await (const { data, lastEventId } of events) yield encoder.encode(`id: ${lastEventId}\ndata: ${data}\n\n`)
}
