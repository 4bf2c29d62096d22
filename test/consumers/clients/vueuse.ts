/** VueUse's `useEventSource` in a Vue component, in Chromium. The server is ours: any stream will do. */

import assert from 'node:assert/strict'
import type { Client, Trial } from './client.ts'
import { onPage, shows, streamRequests } from './in-page.ts'
import { numbered, type Handler } from './server.ts'

interface Ref<T> {
  value: T
}

/** Globals of the page. */
declare const used: {
  close(): void
  lastEventId: Ref<string>
  error: Ref<{ error?: { status: number }; code: number }>
}
declare const app: { unmount(): void }
declare const url: Ref<string>
declare const statuses: string[]

/** A component that shows the types and data of messages in a `<p>`, and the state in an `<i>`. */
const pageWith = (rest: string): string => `<main></main>
<script src="/node_modules/vue/dist/vue.global.prod.js"></script>
<script src="/node_modules/@vueuse/shared/dist/index.iife.min.js"></script>
<script src="/node_modules/@vueuse/core/dist/index.iife.min.js"></script>
<script>
  EventSource = Tried
  statuses = []
  url = Vue.ref('/events')
  const setup = (...rest) => {
    used = VueUse.useEventSource(url, ...rest)
    const seen = Vue.ref('')
    Vue.watch(used.data, (data) => { seen.value += \`[\${used.event.value} \${data}]\` }, { flush: 'sync' })
    Vue.watch(used.status, (status) => statuses.push(status), { flush: 'sync' })
    return () => [Vue.h('p', seen.value), Vue.h('i', used.status.value)]
  }
  app = Vue.createApp({ setup: () => setup(${rest}) })
</script>
`

function trial(name: string, rest: string, handler: Handler, use: Parameters<typeof onPage>[3], before = ''): Trial {
  const page = `${pageWith(rest)}<script>${before};app.mount('main')</script>`
  return { name, run: (_, implementation) => onPage(implementation, page, handler, use) }
}

const SUBCLASS = `EventSource = class extends Tried {
  constructor(url, init) {
    super(url, { ...init, headers: { Authorization: 'Bearer of-page' } })
  }
}`
const TWO = '[message message 1][message message 2]'

export const client: Client = {
  name: 'VueUse `useEventSource`',
  packages: ['@vueuse/core', 'vue'],
  runsIn: 'page',
  how: "import 'everysource/polyfill/force'",
  others: {
    eventsource: ['a subclass sends headers'],
    native: ['`error` has the status', 'a subclass sends headers'],
  },
  note:
    'It takes the global class, and passes only `withCredentials`. `status` is `CLOSED` also while the class waits to ' +
    'reconnect; `autoReconnect` is only for failures that the class does not retry.',
  trials: [
    trial('messages arrive', '', numbered(2), async (page) => {
      await shows(page, 'p', TWO)
      await shows(page, 'i', 'OPEN')
    }),
    trial('a dropped connection resumes', '', numbered(2), async (page, server) => {
      await shows(page, 'p', TWO)
      server.drop()
      await shows(page, 'p', `${TWO}[message message 3][message message 4]`)
      assert.equal(streamRequests(server)[1]?.headers['last-event-id'], '2')
      assert.equal(await page.evaluate(() => used.lastEventId.value), '4')
      assert.deepEqual(await page.evaluate(() => statuses), ['OPEN', 'CLOSED', 'OPEN'])
    }),
    trial('closing frees the server', '', numbered(2), async (page, server) => {
      await shows(page, 'p', TWO)
      await page.evaluate(() => {
        used.close()
      })
      await shows(page, 'i', 'CLOSED')
      await server.untilFreed()
    }),
    trial('unmounting closes', '', numbered(2), async (page, server) => {
      await shows(page, 'p', TWO)
      await page.evaluate(() => {
        app.unmount()
      })
      await server.untilFreed()
    }),
    trial('a new URL replaces the connection', '', numbered(1), async (page, server) => {
      await shows(page, 'p', '[message message 1]')
      const [old] = server.open
      await page.evaluate(() => {
        url.value = '/events?room=b'
      })
      await server.until(
        ({ open }) => old !== undefined && !open.has(old) && open.size === 1,
        'only the second stream is open',
      )
      assert.equal(streamRequests(server)[1]?.headers['last-event-id'], undefined)
    }),
    trial('the list of events subscribes to types', "['news']", news, async (page) => {
      await shows(page, 'p', '[news hello]')
    }),
    trial(
      '`autoReconnect` tries a refused connection again',
      '[], { autoReconnect: { delay: 50 } }',
      refused(1),
      async (page) => {
        await shows(page, 'p', TWO)
        assert.deepEqual(await page.evaluate(() => [statuses, used.error.value]), [
          ['CLOSED', 'CONNECTING', 'OPEN'],
          null,
        ])
      },
    ),
    trial(
      '`retries` of `autoReconnect` are counted',
      "[], { autoReconnect: { delay: 50, retries: 3, onFailed: () => document.body.append('failed') } }",
      refused(Infinity),
      async (page, server) => {
        await page.getByText('failed').waitFor()
        assert.equal(streamRequests(server).length, 3)
      },
    ),
    trial('`error` has the status', '', refused(1), async (page) => {
      await shows(page, 'i', 'CLOSED')
      const status = await page.evaluate(() => used.error.value.error?.status ?? used.error.value.code)
      assert.equal(status, 503)
    }),
    trial(
      'a subclass sends headers',
      '',
      numbered(2),
      async (page, server) => {
        await shows(page, 'p', TWO)
        assert.equal(streamRequests(server)[0]?.headers.authorization, 'Bearer of-page')
      },
      SUBCLASS,
    ),
  ],
}

function news(...given: Parameters<Handler>): void {
  void numbered(2)(...given)
  given[1].write('event: news\ndata: hello\n\n')
}

/** Refuses this many requests, then answers with two messages. */
function refused(count: number): Handler {
  return (request, response, server) => {
    if (streamRequests(server).length > count) void numbered(2)(request, response, server)
    else response.writeHead(503).end()
  }
}
