/** Programs written for `@microsoft/fetch-event-source`: requests and messages. */

import { ending } from '../conformance/harness.ts'
import { open, type Program } from './scenario.ts'

const json = { 'Content-Type': 'application/json' }

export const REQUESTS: Program[] = [
  {
    name: 'delivers messages without other options',
    answers: [ending('data: one\n\ndata: two\n\n', 'data: three\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onmessage(ev) {
          log('onmessage', ev.data)
        },
      })
      log('resolved')
    },
  },
  {
    name: 'delivers IDs, types and retry',
    answers: [ending('id: 1\nevent: update\nretry: 500\ndata: one\n\n', 'data: two\nid: 2\n\ndata: three\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onmessage(ev) {
          log('onmessage', ev)
        },
        onclose() {
          log('onclose')
        },
      })
      log('resolved')
    },
  },
  {
    name: 'delivers named events to a switch',
    answers: [ending('event: start\ndata: {"model":"some-model"}\n\nevent: ping\ndata: {}\n\nevent: end\ndata:\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onmessage({ event, data }) {
          switch (event) {
            case 'start':
              log('model', (JSON.parse(data) as { model: string }).model)
              break
            case 'end':
              log('end', data)
              break
            default:
              log('ignored', event)
          }
        },
      })
      log('resolved')
    },
  },
  {
    name: 'sends a POST of JSON, as in a chat',
    answers: [ending('data: {"content":"Hel"}\n\ndata: {"content":"lo"}\n\n', 'data: [DONE]\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      let answer = ''
      await fetchEventSource(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: 'Bearer a-key' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Say hello – in UTF-8' }], stream: true }),
        onmessage({ data }) {
          if (data !== '[DONE]') answer += (JSON.parse(data) as { content: string }).content
        },
      })
      log('answer', answer)
    },
  },
  {
    name: 'reads all line endings, comments, and characters that are split across chunks',
    answers: [
      {
        steps: [
          { write: '\uFEFFdata: one\ndata:two\ndata:  three\r\n\r\ndata: \u00e9\u20ac' },
          { write: '\u{1F600}\rda' },
          { write: 'ta: x\r' },
          { write: '\n: a comment\nunknown: field\n\ndata: unfinished\n' },
          { end: true },
        ],
      },
    ],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {
        onmessage(ev) {
          log('onmessage', ev)
        },
      })
      log('resolved')
    },
  },
  {
    name: 'works without callbacks',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, {}).then((...args: unknown[]) => {
        log('resolved', ...args)
      })
    },
  },
  {
    name: 'calls callbacks without `this` or extra arguments; the first fetch is synchronous',
    answers: [ending('data: one\n\n'), ending()],
    run: async ({ fetchEventSource, url, log }) => {
      const logging = (name: string) =>
        function (this: unknown, ...args: unknown[]): void {
          log(name, this, ...args)
        }
      let attempts = 0
      const running = fetchEventSource(url, {
        onopen: logging('onopen') as () => Promise<void>,
        onmessage: logging('onmessage'),
        onclose(this: unknown, ...args: unknown[]) {
          log('onclose', this, ...args)
          if (++attempts === 1) throw new Error('once more')
        },
        onerror(this: unknown, ...args: unknown[]) {
          log('onerror', this, ...args)
          return 150
        },
        fetch(this: unknown, ...args: unknown[]) {
          log('fetch', this, ...args)
          return fetch(...(args as Parameters<typeof fetch>))
        },
      })
      log('returned')
      await running
      log('resolved')
    },
  },
  {
    name: 'calls a custom fetch with the arguments of each attempt',
    answers: [ending('retry: 150\nid: 7\ndata: one\n\n'), ending('id:\ndata: two\n\n'), ending('data: three\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      let attempts = 0
      await fetchEventSource(url, {
        method: 'PUT',
        headers: { 'X-Token': 'a' },
        body: 'a body',
        cache: 'no-cache',
        credentials: 'include',
        integrity: '',
        keepalive: false,
        mode: 'cors',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        openWhenHidden: true,
        async fetch(input, init) {
          log('fetch', input === url, init)
          const response = await fetch(input, init)
          log('fetched', response)
          return response
        },
        onmessage(ev) {
          log('onmessage', ev)
        },
        onclose() {
          log('onclose')
          if (++attempts < 3) throw new Error('once more')
        },
      })
      log('resolved')
    },
  },
  {
    name: 'unknown members of the init are passed to fetch',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const init = { next: { revalidate: 0 }, window: null, priority: 'high' as const }
      await fetchEventSource(url, {
        ...init,
        fetch(input, init) {
          log('fetch', init)
          return fetch(input, init)
        },
      })
    },
  },
  {
    name: 'sends a custom Accept header',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      await fetchEventSource(url, { headers: { accept: 'application/json, text/event-stream' } })
      log('resolved')
    },
  },
  {
    name: 'sends an initial ID, which the IDs of the stream replace',
    answers: [ending('retry: 150\n\n'), ending('id: 42\ndata: one\n\n'), ending('id\u003a\ndata: two\n\n'), ending()],
    run: async ({ fetchEventSource, url, log }) => {
      let attempts = 0
      await fetchEventSource(url, {
        headers: { 'last-event-id': '41' },
        onclose() {
          log('onclose')
          if (++attempts < 4) throw new Error('once more')
        },
      })
      log('resolved')
    },
  },
  {
    name: 'accepts a URL object',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const input = new URL(`${url}?a=b#c`)
      // lib.dom's type of this argument excludes it, but every fetch accepts it.
      await fetchEventSource(input as unknown as string, {
        fetch(given, init) {
          log('fetch', (given as unknown) === input, given)
          return fetch(given, init)
        },
        onmessage({ data }) {
          log('onmessage', data)
        },
      })
      log('resolved')
    },
  },
  {
    name: 'accepts a Request with an init',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const input = new Request(url, { method: 'POST', body: '{}', headers: { ...json, 'X-Lost': '1' } })
      await fetchEventSource(input, {
        headers: json,
        fetch(given, init) {
          log('fetch', given === input, init)
          return fetch(given, init)
        },
        onmessage({ data }) {
          log('onmessage', data)
        },
      })
      log('resolved')
    },
  },
  {
    name: 'does not send the body of a Request twice',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      let failures = 0
      await fetchEventSource(new Request(url, { method: 'POST', body: '{}' }), {
        onclose() {
          throw new Error('once more')
        },
        onerror(error) {
          log('onerror', error)
          if (++failures === 2) throw error
          return 150
        },
      }).catch((error: unknown) => {
        log('rejected', error)
      })
    },
  },
  {
    name: 'onopen inspects the response',
    answers: [{ ...ending('data: one\n\n'), headers: { 'X-Reason': 'why not' } }],
    run: async ({ fetchEventSource, EventStreamContentType, url, log }) => {
      await fetchEventSource(url, {
        async onopen(response) {
          log('onopen', response, response.ok, response.headers.get('x-reason'))
          log('is a stream', response.headers.get('content-type') === EventStreamContentType)
          await new Promise((resolve) => setTimeout(resolve, 20))
          log('onopen has returned')
        },
        onmessage({ data }) {
          log('onmessage', data)
        },
        onclose() {
          log('onclose')
        },
      })
      log('resolved')
    },
  },
  {
    name: 'reads two streams at once',
    answers: [open('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const controllers = [new AbortController(), new AbortController()]
      await Promise.all(
        controllers.map((controller, i) =>
          // With the same URL, Chromium would let the second wait for the first's cache entry.
          fetchEventSource(`${url}?${i}`, {
            signal: controller.signal,
            onmessage() {
              log('onmessage')
              controller.abort()
            },
          }),
        ),
      )
      log('resolved')
    },
  },
]
