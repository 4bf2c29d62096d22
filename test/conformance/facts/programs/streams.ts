/** Programs that provide a stream or pass one on: fact 64. */

import { collect } from '../../programs/collected.ts'
import { showAnswer } from '../../programs/given-response.ts'
import { toJSONLines } from '../../programs/json-lines.ts'
import { merge } from '../../programs/merged.ts'
import { replay } from '../../programs/recording.ts'
import { relay } from '../../programs/relay.ts'
import { showAndCount } from '../../programs/two-readers.ts'
import { ticker } from '../../programs/typed-events.ts'
import { keptAlive, check, dataOf, ending, equal, refused, rejection, stream, type Stream } from '../../harness.ts'
import { ConnectionError, streamEvents } from '../../under-test.ts'
import { ourFacts, type BehaviorFact } from '../fact.ts'
import { connectionsEnd, header, ids, screen } from './shared.ts'

async function bodyOf(served: Stream): Promise<ReadableStream<Uint8Array>> {
  const { body } = await fetch(served.url)
  check(body !== null, 'the body is missing')
  return body
}

async function readToEnd(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  while ((await reader?.read())?.done === false);
}

export const streams: BehaviorFact[] = ourFacts(64, {
  'given-response: shows a response header, then the events': async (fact) => {
    const served = await fact.serve({ ...ending('data: a\n\n', 'data: b\n\n'), headers: { 'X-Requests-Left': '7' } })
    const { shown, show } = screen()
    await showAnswer(await fetch(served.url), show)
    equal(shown, ['7 requests left', 'a', 'b'])
    await connectionsEnd(fact, served, 1)
  },
  'given-response: throws a ConnectionError with the body if the response is not an event stream': async (fact) => {
    const served = await fact.serve(refused(401, { 'Content-Type': 'application/json' }, '{"error":"who?"}'))
    const { shown, show } = screen()
    const error = await rejection(showAnswer(await fetch(served.url), show))
    check(error instanceof ConnectionError, `the error is ${String(error)}`)
    equal([error.reason, error.status, error.body], ['status', 401, '{"error":"who?"}'])
    equal(shown, ['no requests left'])
  },

  'recording: replays the recorded events without a server': async (fact) => {
    const served = await fact.serve(ending('data: a\n\nevent: x\nda', 'ta: ä\n\ndata: unfin'))
    const recording = await (await fetch(served.url)).blob()
    for (let times = 0; times < 2; times++) {
      const { shown, show } = screen()
      await replay(recording, show)
      equal(shown, ['message: a', 'x: ä'])
    }
    await connectionsEnd(fact, served, 1)
  },

  'two-readers: one reader can stop early; the connection closes after the second one stops': async (fact) => {
    const served = await fact.serve({
      steps: [
        { write: 'data: first words\n\n' },
        { write: 'event: headline\ndata: all is well\n\n' },
        { gate: 'headline' },
        ...(keptAlive('data: more\n\nevent: end\ndata: end\n\n').steps ?? []),
      ],
    })
    let onBothShown: () => void
    const bothShown = new Promise<void>((resolve) => (onBothShown = resolve))
    const { shown, show } = screen((_, { length }) => {
      if (length === 2) onBothShown()
    })
    const words = showAndCount(await bodyOf(served), show)
    await bothShown
    const { requests } = await served.log()
    equal(requests[0]?.endedAt, null, 'when the connection closed')
    await served.openGate('headline')
    equal([await words, shown], [6, ['first words', 'all is well']])
    await connectionsEnd(fact, served, 1)
  },

  'json-lines: writes one line per event': async (fact) => {
    const served = await fact.serve(ending('id: 1\ndata: a\ndata: "b"\n\n', 'event: x\ndata: ä\n\ndata: unfin'))
    const text = await new Response(toJSONLines(await bodyOf(served))).text()
    const lines = text.split('\n').map((line) => (line === '' ? undefined : (JSON.parse(line) as unknown)))
    equal(lines, [
      { type: 'message', data: 'a\n"b"', lastEventId: '1' },
      { type: 'x', data: 'ä', lastEventId: '1' },
      undefined,
    ])
  },
  'json-lines: closes the connection when the reader cancels': async (fact) => {
    const served = await fact.serve(keptAlive('data: a\n\n'))
    const reader = toJSONLines(await bodyOf(served)).getReader()
    const { value } = await reader.read()
    equal(new TextDecoder().decode(value), '{"type":"message","data":"a","lastEventId":""}\n')
    await reader.cancel()
    await connectionsEnd(fact, served, 1)
  },

  'relay: forwards events unchanged, with the key and from the last event ID': async (fact) => {
    const blocks = 'id: 8\nevent: x\ndata: a\ndata: b\n\nid: 9\n\n' + 'data: ä\n\n' + 'id\ndata:\n\n'
    const served = await fact.serve(ending(blocks))
    const request = new Request(served.origin, { headers: { 'Last-Event-ID': '7' } })
    const response = await relay(request, served.url, 'a-key')
    equal([response.status, response.headers.get('Content-Type')], [200, 'text/event-stream'])
    equal(await collect(streamEvents(response)), [
      { type: 'x', data: 'a\nb', id: '8', lastEventId: '8' },
      { type: 'message', data: 'ä', id: '9', lastEventId: '9' },
      { type: 'message', data: '', id: '', lastEventId: '' },
    ])
    const requests = await connectionsEnd(fact, served, 1)
    equal([ids(requests), header('authorization', requests)], [['7'], ['Bearer a-key']])

    const chat = await fact.serve(ending('data: a\n\n'))
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"prompt":"Why?"}' }
    equal(await dataOf(streamEvents(await relay(new Request(chat.origin, init), chat.url, 'a-key'))), ['a'])
    const [asked] = await connectionsEnd(fact, chat, 1)
    equal(
      [asked?.method, asked?.headers['content-type'], asked?.body],
      ['POST', 'application/json', '{"prompt":"Why?"}'],
    )
  },
  'relay: forwards comments and retry even while there are no events': async (fact) => {
    const served = await fact.serve(stream('retry: 1234\n', ': alive\n'))
    const { body } = await relay(new Request(served.origin), served.url, 'a-key')
    check(body !== null, 'the body is missing')
    const text = body.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    while (!seen.includes(': alive\n\n')) seen += (await text.read()).value ?? ''
    equal(seen.includes('retry: 1234\n\n'), true, 'retry')
    await text.cancel()
  },
  'relay: closes the upstream connection when the client disconnects': async (fact) => {
    const disconnects: Record<string, (response: Response, controller: AbortController) => Promise<unknown>> = {
      'cancels the body': async ({ body }) => {
        const reader = body?.getReader()
        await reader?.read()
        await reader?.cancel()
      },
      'aborts the request': async ({ body }, controller) => {
        const reader = body?.getReader()
        await reader?.read()
        controller.abort()
        // Reads the rest, which the runtime would otherwise do.
        await rejection(readToEnd(reader))
      },
    }
    for (const disconnect of Object.values(disconnects)) {
      const served = await fact.serve(keptAlive('data: a\n\n', 'data: b\n\n'))
      const controller = new AbortController()
      const request = new Request(served.origin, { signal: controller.signal })
      await disconnect(await relay(request, served.url, 'a-key'), controller)
      await connectionsEnd(fact, served, 1)
    }
  },
  'relay: responds with 502 if the upstream refuses': async (fact) => {
    const served = await fact.serve(refused(401, {}, 'wrong key: a-key'))
    const response = await relay(new Request(served.origin), served.url, 'a-key')
    equal([response.status, await response.text()], [502, 'The source does not answer'])
    const page = await fact.serve({ ...ending('<html>'), headers: { 'Content-Type': 'text/html' } })
    equal((await relay(new Request(page.origin), page.url, 'a-key')).status, 502)
  },

  'merged: yields events in order of arrival': async (fact) => {
    const one = await fact.serve({
      steps: [{ write: 'data: 1a\n\n' }, { gate: 'b' }, { write: 'data: 1c\n\n' }, { end: true }],
    })
    const other = await fact.serve({ steps: [{ gate: 'a' }, { write: 'data: 2b\n\n' }, { gate: 'c' }, { end: true }] })
    const merged = merge([streamEvents(one.url), streamEvents(other.at(fact.otherOrigin))])
    const received: string[] = []
    for await (const { data } of merged) {
      received.push(data)
      await (data === '2b' ? one : other).openGate(data.slice(1))
    }
    equal(received, ['1a', '2b', '1c'])
    await connectionsEnd(fact, one, 1)
    await connectionsEnd(fact, other, 1)
  },
  'merged: leaving the loop closes all streams, even idle ones': async (fact) => {
    const busy = await fact.serve(keptAlive('data: a\n\ndata: b\n\n'))
    const silent = await fact.serve(keptAlive(': \n'))
    const streams = [streamEvents(busy.url), streamEvents(silent.at(fact.otherOrigin))]
    await Promise.all(streams.map(({ response }) => response))
    for await (const { data } of merge(streams)) {
      equal(data, 'a')
      break
    }
    await connectionsEnd(fact, busy, 1)
    await connectionsEnd(fact, silent, 1)
  },
  'merged: throws if one stream fails, and closes the others': async (fact) => {
    const failing = await fact.serve({ ...refused(404, {}, 'no such thing'), before: 'received' })
    const silent = await fact.serve(keptAlive('data: a\n\n'))
    const merged = merge([streamEvents(failing.url), streamEvents(silent.at(fact.otherOrigin))])
    const received: string[] = []
    const error = await rejection(
      (async () => {
        for await (const { data } of merged) {
          received.push(data)
          await failing.openGate('received')
        }
      })(),
    )
    check(error instanceof ConnectionError && error.status === 404, `the error is ${String(error)}`)
    equal(received, ['a'])
    await connectionsEnd(fact, silent, 1)
  },

  'typed-events: handles each event according to its type': async (fact) => {
    const price = (symbol: string, price: number): string => JSON.stringify({ symbol, price })
    const served = await fact.serve(
      stream(
        `event: price\ndata: ${price('ES', 1.5)}\n\ndata: good morning\n\n`,
        `event: unknown\ndata: {\n\nevent: closing\ndata: [${price('ES', 2)},\ndata: ${price('SSE', 3)}]\n\n`,
      ),
    )
    const { shown, show } = screen()
    equal([await ticker(served.url, show), shown], [2, ['ES 1.50', 'good morning']])
    await connectionsEnd(fact, served, 1)
  },
  'typed-events: the stream may end before the closing event': async (fact) => {
    const served = await fact.serve(ending('data: good morning\n\n'))
    equal(await dataOf(streamEvents(served.url)), ['good morning'])
    equal(await ticker(served.url, () => undefined), 0)
  },
})
