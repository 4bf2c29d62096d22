/** React Native: its error messages, and that their advice works. */

import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tally } from '../tally.ts'
import { reactNative, runApp } from './app.ts'

/** All polyfills named in messages. */
const POLYFILLS = ['event-target-polyfill', 'react-native-url-polyfill/auto', '@bacons/text-decoder/install']
  .map((name) => `import '${name}'\n`)
  .join('')
const STREAMS = `import * as streams from 'web-streams-polyfill'\nObject.assign(globalThis, streams)\n`
const LIBRARY = `import { EventDecoderStream, EventSource, streamEvents } from 'everysource'
import { fetchEventSource } from 'everysource/fetch-event-source'
`
const FETCH = `import { fetch } from 'expo/fetch'\n`

const NO_STREAM =
  'cannot be fetched: fetch does not stream in this runtime. Pass a streaming fetch as option "fetch", such as expo/fetch in React Native'

/** Timeout of a program, in ms. */
const TIMEOUT = 120_000

export async function checkReactNative(tally: Tally): Promise<void> {
  const suite = tally.suite('React Native')

  /** Runs a check with a timeout. */
  const check = (name: string, fact: () => Promise<void>): Promise<void> =>
    suite.run(name, async () => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(reject, TIMEOUT, new Error('timed out'))
      })
      await Promise.race([fact(), late])
      clearTimeout(timer)
    })

  /** Returns the output of a program. */
  const prints = async (program: string): Promise<string[]> => {
    const { context, printed } = await reactNative()
    await runApp(context, program)
    return printed
  }

  for (const [use, missing] of [
    [
      `new EventSource('http://a.test/')`,
      'EventSource requires EventTarget, Event, a streaming TextDecoder and a complete URL',
    ],
    [`streamEvents('http://a.test/')`, 'streamEvents requires a streaming TextDecoder and a complete URL'],
    [
      `new EventDecoderStream()`,
      'EventDecoderStream requires a streaming TextDecoder, ReadableStream and TransformStream',
    ],
    [`await fetchEventSource('http://a.test/')`, 'fetchEventSource requires a streaming TextDecoder'],
  ] as const) {
    await check(`${use} lists everything that is missing`, async () => {
      const [message = ''] = await prints(`${LIBRARY}try { ${use} } catch (error) { console.log(error) }`)
      assert(message.startsWith(`TypeError: ${missing}, which this runtime lacks. Load a polyfill`), message)
    })
  }

  await check('a decoder without streaming counts as missing', async () => {
    const [message = ''] = await prints(`${LIBRARY}
      globalThis.TextDecoder = class { decode(bytes, options) { if (options?.stream) throw new Error('unsupported'); return '' } }
      try { new EventDecoderStream() } catch (error) { console.log(error) }`)
    assert.match(message, /requires a streaming TextDecoder/)
  })

  await check('a polyfill loaded too late is reported along with the correct order', async () => {
    const [message = ''] = await prints(`${LIBRARY}${POLYFILLS}
      try { new EventSource('http://a.test/') } catch (error) { console.log(error) }`)
    assert.match(message, /requires EventTarget and Event, .* before everysource/)
  })

  for (const [use, program] of [
    [
      'EventSource',
      `await new Promise((resolve) => {
        new EventSource('http://a.test/x').onerror = ({ error, willReconnect }) => {
          console.log(error.reason, willReconnect, error.message)
          resolve()
        }
      })`,
    ],
    [
      'streamEvents',
      `try { for await (const _ of streamEvents('http://a.test/x', { reconnect: true })); } catch (error) {
      console.log(error.reason, false, error.message) }`,
    ],
    [
      'fetchEventSource',
      `await fetchEventSource('http://a.test/x').catch((error) => console.log(error.name, false, error.message))`,
    ],
  ] as const) {
    await check(`${use} sends no request with React Native's fetch, and recommends another`, async () => {
      const [message = '', ...more] = await prints(`${POLYFILLS}${LIBRARY}${program}`)
      const kind = use === 'fetchEventSource' ? 'TypeError' : 'unsupported'
      const subject = use === 'fetchEventSource' ? 'The event stream' : 'The event stream at http://a.test/x'
      assert.deepEqual([message, ...more], [`${kind} false ${subject} ${NO_STREAM}`])
    })
  }

  await check("a streaming fetch may replace React Native's fetch globally", async () => {
    const { requests, answer } = await serve((response) => response.end('data: a\n\n'))
    const program = `${POLYFILLS}${LIBRARY}${FETCH}globalThis.fetch = fetch
      for await (const { data } of streamEvents('${answer.url}')) console.log(data)`
    assert.deepEqual(await prints(program), ['a'])
    assert.equal(requests.length, 1)
  })

  await check('a source reconnects with the last event ID after a delay', async () => {
    const { requests, answer } = await serve((response, n) => response.end(`retry: 1\nid: ${n}\ndata: ${n}\n\n`))
    const printed = await prints(`${POLYFILLS}${LIBRARY}${FETCH}
      const source = new EventSource('${answer.url}', { fetch })
      await new Promise((resolve) => {
        source.onmessage = ({ data, lastEventId, origin }) => {
          console.log(data, lastEventId, origin)
          if (data === '3') { source.close(); resolve() }
        }
      })`)
    const origin = new URL(answer.url).origin
    assert.deepEqual(
      printed,
      ['1', '2', '3'].map((n) => `${n} ${n} ${origin}`),
    )
    assert.deepEqual(
      requests.map((headers) => headers['last-event-id']),
      [undefined, '1', '2'],
    )
  })

  await check('each message has its own task although setImmediate queues a microtask', async () => {
    const { answer } = await serve((response) => {
      response.write('data: 1\n\ndata: 2\n\ndata: 3\n\n')
    })
    const printed = await prints(`${POLYFILLS}${LIBRARY}${FETCH}
      const source = new EventSource('${answer.url}', { fetch })
      const nextMessage = () => new Promise((resolve) => source.addEventListener('message', resolve, { once: true }))
      for (let n = 0; n < 3; n++) {
        console.log((await nextMessage()).data)
        for (let i = 0; i < 20; i++) await null
      }
      source.close()`)
    assert.deepEqual(printed, ['1', '2', '3'])
  })

  await check('leaving a loop closes the connection', async () => {
    const { answer } = await serve((response) => {
      response.write('data: 1\n\n')
    })
    await prints(`${POLYFILLS}${LIBRARY}${FETCH}
      for await (const { data } of streamEvents('${answer.url}', { fetch })) break`)
    await answer.ended
  })

  await check('an aborted loop throws an AbortError although signals have no reason', async () => {
    const { answer } = await serve((response) => {
      response.write('data: 1\n\n')
    })
    const printed = await prints(`${POLYFILLS}${LIBRARY}${FETCH}
      const controller = new AbortController()
      try {
        for await (const _ of streamEvents('${answer.url}', { fetch, signal: controller.signal })) controller.abort()
      } catch (error) {
        console.log(error.name, controller.signal.reason)
      }`)
    assert.deepEqual(printed, ['AbortError undefined'])
    await answer.ended
  })

  await check('fetchEventSource reads a stream', async () => {
    const { answer } = await serve((response) => response.end('event: a\nid: 1\ndata: b\n\n'))
    const printed = await prints(`${POLYFILLS}${LIBRARY}${FETCH}
      await fetchEventSource('${answer.url}', { fetch, onmessage: (message) => console.log(JSON.stringify(message)) })`)
    assert.deepEqual(printed, ['{"data":"b","event":"a","id":"1"}'])
  })

  await check('EventDecoderStream reads a stream with web-streams-polyfill', async () => {
    const { answer } = await serve((response) => response.end('data: Grüße \u{1F600}\n\n'))
    const printed = await prints(`${POLYFILLS}${STREAMS}${LIBRARY}${FETCH}
      const { body } = await fetch('${answer.url}')
      const reader = body.pipeThrough(new EventDecoderStream()).getReader()
      for (let result; !(result = await reader.read()).done;) console.log(result.value.data)`)
    assert.deepEqual(printed, ['Grüße \u{1F600}'])
  })

  await check('the polyfill defines a working global EventSource', async () => {
    const { answer } = await serve((response) => {
      response.write('data: 1\n\n')
    })
    const printed = await prints(`${POLYFILLS}import 'everysource/polyfill'\n${FETCH}
      const source = new EventSource('${answer.url}', { fetch })
      await new Promise((resolve) => { source.onmessage = ({ data }) => { console.log(data); source.close(); resolve() } })`)
    assert.deepEqual(printed, ['1'])
  })

  for (const close of closers) close()
  suite.end()
}

interface Answer {
  url: string
  /** Resolves when a client has disconnected. */
  ended: Promise<void>
}

const closers: (() => void)[] = []

/** A server of event streams that records its requests. */
async function serve(
  respond: (response: ServerResponse, n: number) => unknown,
): Promise<{ requests: IncomingHttpHeaders[]; answer: Answer }> {
  const requests: IncomingHttpHeaders[] = []
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const server = createServer(({ headers }, response) => {
    response.once('close', end)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    respond(response, requests.push(headers))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { requests, answer: { url, ended } }
}
