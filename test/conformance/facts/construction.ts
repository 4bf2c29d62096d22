/** Construction: facts 1 to 5. */

import type { ErrorEvent } from '../../../src/index.ts'
import { keptAlive, check, ending, equal, sleep, stream, thrown } from '../harness.ts'
import { inBrowser, isOurs, type BehaviorFact } from './fact.ts'

const UNFETCHABLE = ['ftp://127.0.0.1/', 'about:blank', 'mailto:a@b.example', 'javascript:0', 'file:///etc/hostname']

export const construction: BehaviorFact[] = [
  {
    number: 1,
    title: 'the constructor without arguments throws a TypeError',
    run: ({ env }) => {
      equal(thrown(() => Reflect.construct(env.EventSource, []) as unknown).name, 'TypeError')
    },
  },
  {
    number: 1,
    title: 'calling the constructor without new throws a TypeError',
    run: ({ env, otherOrigin }) => {
      const call = env.EventSource as unknown as (url: string) => unknown
      equal(thrown(() => call(otherOrigin)).name, 'TypeError')
    },
  },
  {
    number: 1,
    title: 'the URL argument is converted to a string',
    run: (fact) => {
      const url = `${fact.otherOrigin}/stringified`
      equal(fact.open({ toString: () => url } as unknown as string).url, url)
      equal(fact.open(new URL(url)).url, url)
      equal(thrown(() => fact.open(Symbol('url') as unknown as string)).name, 'TypeError')
      const broken = { toString: () => raise(new RangeError('mine')) }
      equal(thrown(() => fact.open(broken as unknown as string)).message, 'mine')
    },
  },
  {
    number: 1,
    title: 'lone surrogates in the URL are replaced with U+FFFD',
    run: (fact) => {
      equal(fact.open(`${fact.otherOrigin}/\ud800?\udc00`).url, `${fact.otherOrigin}/%EF%BF%BD?%EF%BF%BD`)
    },
  },
  {
    number: 1,
    title: 'init may be undefined, null or any object; a primitive throws a TypeError',
    run: (fact) => {
      for (const init of [undefined, null, {}, [], () => undefined]) {
        equal(fact.open(fact.otherOrigin, init).withCredentials, false)
      }
      for (const init of [1, 'x', true, Symbol('init')]) {
        equal(thrown(() => fact.open(fact.otherOrigin, init as unknown as object)).name, 'TypeError')
      }
    },
  },
  {
    number: 1,
    title: 'withCredentials is converted to a boolean',
    run: (fact) => {
      const values = [true, 1, 'false', {}, false, 0, '', null, undefined]
      const converted = values.map(
        (withCredentials) => fact.open(fact.otherOrigin, { withCredentials }).withCredentials,
      )
      equal(converted, [true, true, true, true, false, false, false, false, false])
    },
  },
  {
    number: 1,
    title: 'an option of the wrong type throws a TypeError that names the option and the value',
    needs: isOurs,
    run: (fact) => {
      for (const [option, value] of [
        ['fetch', 1],
        ['fetch', null],
        ['maxBufferSize', -1],
        ['maxBufferSize', NaN],
      ] as const) {
        // prettier-ignore
        const { name, message } = thrown(() => fact.open(fact.otherOrigin, { [option]: value }))
        equal([name, message.includes(option), message.includes(String(value))], ['TypeError', true, true], message)
      }
    },
  },
  {
    number: 2,
    title: 'an invalid URL throws a SyntaxError DOMException from the constructor',
    run: (fact) => {
      for (const url of ['http://[', 'http://a b/', 'http://127.0.0.1:99999/', 'http://']) {
        const error = thrown(() => fact.open(url))
        equal([error.name, error instanceof DOMException], ['SyntaxError', true], `the error for ${url}`)
      }
    },
  },
  {
    number: 2,
    title: 'a relative URL throws a SyntaxError if the runtime has no base URL',
    needs: (env) => env.base === undefined,
    run: (fact) => {
      for (const url of ['/x', '', 'x', '?y'])
        equal(thrown(() => fact.open(url)).name, 'SyntaxError', `the error for "${url}"`)
    },
  },
  {
    number: 2,
    title: 'a relative URL, even an empty string, is resolved against the base URL',
    needs: inBrowser,
    run: (fact) => {
      for (const url of ['/x', '', 'x', '?y']) equal(fact.open(url).url, new URL(url, fact.env.base).href)
    },
  },
  {
    number: 2,
    title: 'the base URL is read at construction',
    needs: () => typeof document !== 'undefined',
    run: (fact) => {
      const base = document.createElement('base')
      base.href = `${fact.otherOrigin}/elsewhere/`
      document.head.append(base)
      const source = fact.open('x')
      base.remove()
      equal(source.url, `${fact.otherOrigin}/elsewhere/x`)
    },
  },
  {
    number: 2,
    title: "the query is encoded in the document's encoding",
    needs: () => typeof document !== 'undefined',
    run: async (fact) => {
      const page = `<script src="${fact.env.origins[0] ?? ''}/everysource.min.js"></script>`
      const { url } = await fact.serve({ headers: { 'Content-Type': 'text/html; charset=windows-1252' }, steps: [{ write: page }, { end: true }] }) // prettier-ignore
      const frame = document.createElement('iframe')
      const loaded = new Promise((resolve) => {
        frame.onload = resolve
      })
      frame.src = url
      document.body.append(frame)
      await loaded
      const inside = frame.contentWindow as unknown as typeof globalThis & { everysource: typeof globalThis }
      const source = new (fact.env.ours ? inside.everysource : inside).EventSource('/s?ä€')
      source.close()
      frame.remove()
      equal(source.url, `${fact.env.origins[0] ?? ''}/s?%E4%80`)
    },
  },
  {
    number: 2,
    title: 'an unfetchable URL scheme fires one error, closes the source and does not reconnect',
    run: async (fact) => {
      for (const url of UNFETCHABLE) {
        const recorder = fact.listen(url)
        equal(recorder.source.readyState, 0, `readyState for ${url} at first`)
        await recorder.until('error')
        await sleep(50)
        equal(recorder.summary, ['error 2'], `the events for ${url}`)
      }
    },
  },
  {
    number: 2,
    title: 'an unfetchable URL scheme is never passed to fetch',
    needs: isOurs,
    run: async (fact) => {
      let calls = 0
      const fetch = (): Promise<never> => Promise.reject(new Error(`call ${++calls}`))
      for (const url of UNFETCHABLE) await fact.listen(url, { fetch }).until('error')
      equal(calls, 0, 'the number of calls')
    },
  },
  {
    number: 2,
    title: 'a data: URL works as an event stream',
    run: async (fact) => {
      const recorder = fact.listen('data:text/event-stream,data:%20x%0A%0A')
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: x', 'error 0'])
      equal((recorder.messages[0]?.event as MessageEvent).origin, 'null', 'origin')
    },
  },
  {
    number: 2,
    title: 'a blob: URL works as an event stream, where the runtime supports blob: URLs',
    // Service workers and Workers do not support blob: URLs.
    needs: () => makesBlobURLs(),
    run: async (fact) => {
      const url = URL.createObjectURL(new Blob(['data: x\n\n'], { type: 'text/event-stream' }))
      const recorder = fact.listen(url)
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: x', 'error 0'])
    },
  },
  {
    number: 3,
    title: 'url is the serialized URL with its fragment, and redirects do not change it',
    run: async (fact) => {
      const target = await fact.serve(keptAlive('data: x\n\n'))
      const served = await fact.serve({ status: 302, headers: { Location: target.url }, steps: [{ end: true }] })
      const given = served.url.replace('http:', 'HTTP:') + '/a/../é#frag é'
      const recorder = fact.listen(given)
      const serialized = new URL(given).href
      equal(recorder.source.url, serialized)
      await recorder.until('message')
      equal(recorder.source.url, serialized, 'url after a redirect')
    },
  },
  {
    number: 3,
    title: 'the URL fragment is not sent to the server',
    run: async (fact) => {
      const served = await fact.serve(stream(': hello\n'))
      const path = new URL(served.url).pathname
      await fact.listen(`${served.url}?q=1#fragment`).until('open')
      const { requests } = await served.log({ requests: 1 })
      equal(requests[0]?.path, `${path}?q=1`)
    },
  },
  {
    number: 4,
    title: 'credentials in the URL are sent as Basic authorization and stay visible in url',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: 1\n\n'), stream(': hello\n'))
      const url = served.url.replace('//', '//us%C3%A9r:p%3As%20s%ff@')
      const recorder = fact.listen(url)
      await recorder.until('open', 2)
      const { requests } = await served.log({ requests: 2 })
      const expected = `Basic ${btoa('us\u00c3\u00a9r:p:s s\u00ff')}`
      equal(
        requests.map(({ headers }) => headers.authorization),
        [expected, expected],
        'Authorization',
      )
      equal(recorder.source.url, new URL(url).href, 'url')
    },
  },
  {
    number: 4,
    title: "errors and their causes do not contain the URL's password or query",
    needs: isOurs,
    run: async (fact) => {
      const refused = await fact.serve({ status: 401, steps: [{ end: true }] })
      const broken = await fact.serve({ steps: [{ write: ':\n' }, { gate: 'open' }, { reset: true }] })
      for (const { url } of [refused, broken, { url: 'http://127.0.0.1:2/' }]) {
        const recorder = fact.listen(`${url.replace('//', '//user:s3cret@')}?token=s3cret`)
        if (url === broken.url) await recorder.until('open')
        await broken.openGate('open')
        await recorder.until('error')
        const { error, message } = recorder.events.at(-1)?.event as unknown as ErrorEvent
        check(message.startsWith('The event stream at http://127.0.0.1:'), `the message is ${message}`)
        check(!textOf(error).includes('s3cret'), `the error reveals ${textOf(error)}`)
      }
    },
  },
  {
    number: 4,
    title: 'the error message is a sentence that says what happened',
    needs: isOurs,
    run: async (fact) => {
      const served = await fact.serve({ status: 401, steps: [{ end: true }] })
      const recorder = fact.listen(served.url)
      await recorder.until('error')
      const { error, message } = recorder.events[0]?.event as unknown as ErrorEvent
      equal(message, `The event stream at ${served.url} was refused: status 401, expected 200`)
      equal([error.name, error.reason, error.status], ['ConnectionError', 'status', 401])
    },
  },
  {
    number: 5,
    title: 'no event fires until the current task and its microtasks have finished',
    run: async (fact) => {
      const recorders = UNFETCHABLE.map((url) => fact.listen(url))
      const init = {
        fetch: () => Promise.resolve(new Response('', { headers: { 'Content-Type': 'text/event-stream' } })),
      }
      recorders.push(fact.listen(fact.otherOrigin, init))
      for (let i = 0; i < 50; i++) await Promise.resolve()
      equal(
        recorders.flatMap(({ summary }) => summary),
        [],
        'the events',
      )
      await Promise.all(recorders.map((recorder) => recorder.until('error')))
    },
  },
]

/** All texts in an error and its properties. */
function textOf(value: unknown, depth = 5): string {
  if (typeof value !== 'object' || value === null || depth === 0) return String(value)
  // The `url` property may contain the secret on purpose.
  const names = Object.getOwnPropertyNames(value).filter((name) => name !== 'url')
  const inside = names.map((name) => textOf(Reflect.get(value, name), depth - 1))
  return [value instanceof Error ? value.toString() : '', JSON.stringify(value), ...inside].join(' ')
}

function makesBlobURLs(): boolean {
  try {
    URL.revokeObjectURL(URL.createObjectURL(new Blob([])))
    return true
  } catch {
    return false
  }
}

function raise(error: Error): never {
  throw error
}
