/** htmx with its SSE extension, in Chromium. The server is ours: the extension takes any stream whose data is HTML. */

import assert from 'node:assert/strict'
import type { Client, Trial } from './client.ts'
import { onPage, shows, streamRequests } from './in-page.ts'
import { numbered, type Handler } from './server.ts'

/** Globals of the page. */
declare const htmx: { swap(target: string, content: string, how: { swapStyle: 'outerHTML' }): void }
declare const failures: unknown[]

const HEAD = `<script src="/node_modules/htmx.org/dist/htmx.min.js"></script>
<script src="/node_modules/htmx-ext-sse/sse.js"></script>
<script>
  htmx.createEventSource = (url) => new Tried(url, { headers: { Authorization: 'Bearer of-page' } })
  failures = []
  addEventListener('htmx:sseError', ({ detail }) => failures.push(detail.error.error?.status ?? detail.error.code))
</script>
`
const NEWS = '<p sse-connect="/events" sse-swap="message" hx-swap="beforeend"></p>'

/** Two messages, then one of another type, on a connection that stays open. */
const andThen =
  (type: string): Handler =>
  (request, response, server) => {
    void numbered(2)(request, response, server)
    response.write(`event: ${type}\ndata: <b>${type}</b>\n\n`)
  }

function trial(name: string, html: string, handler: Handler, use: Parameters<typeof onPage>[3]): Trial {
  const page = `${HEAD}<main hx-ext="sse">${html}</main>`
  return { name, run: (_, implementation) => onPage(implementation, page, handler, use) }
}

export const client: Client = {
  name: 'htmx 2 and its SSE extension',
  packages: ['htmx-ext-sse', 'htmx.org'],
  runsIn: 'page',
  how: 'htmx.createEventSource = (url) => new everysource.EventSource(url, { headers })',
  others: {
    eventsource: ['the option `headers` is sent'],
    native: ['`htmx:sseError` has the status of a refusal', 'the option `headers` is sent'],
  },
  note: 'If a script removes the element without htmx, the extension closes the connection at the next message. htmx 4 reads streams with `fetch` and takes no class.',
  trials: [
    trial('messages arrive', NEWS, numbered(3), async (page) => {
      await shows(page, 'p', 'message 1message 2message 3')
    }),
    trial('a dropped connection resumes', NEWS, numbered(2), async (page, server) => {
      await shows(page, 'p', 'message 1message 2')
      server.drop()
      await shows(page, 'p', 'message 1message 2message 3message 4')
      assert.equal(streamRequests(server)[1]?.headers['last-event-id'], '2')
    }),
    trial('closing frees the server', NEWS, numbered(2), async (page, server) => {
      await shows(page, 'p', 'message 1message 2')
      await page.evaluate(() => {
        htmx.swap('p', '<i>gone</i>', { swapStyle: 'outerHTML' })
      })
      await shows(page, 'main', 'gone')
      await server.untilFreed()
    }),
    trial('an element that a script removes closes at the next message', NEWS, numbered(2), async (page, server) => {
      await shows(page, 'p', 'message 1message 2')
      await page.evaluate(() => {
        document.querySelector('p')?.remove()
      })
      for (const response of server.open) response.write('data: late\n\n')
      await server.untilFreed()
    }),
    trial(
      '`sse-close` closes at its message',
      NEWS.replace('sse-swap', 'sse-close="done" sse-swap'),
      andThen('done'),
      async (page, server) => {
        await shows(page, 'p', 'message 1message 2')
        await server.untilFreed()
      },
    ),
    trial(
      '`sse-swap` and `hx-trigger` take types of messages',
      `<div sse-connect="/events"><p sse-swap="news"></p>
         <a hx-get="/node_modules/htmx.org/LICENSE" hx-trigger="sse:news" hx-swap="textContent"></a></div>`,
      andThen('news'),
      async (page) => {
        await shows(page, 'p', 'news')
        await page.getByText('Zero-Clause BSD').waitFor()
      },
    ),
    trial('`htmx:sseError` has the status of a refusal', NEWS, refusedOnce, async (page) => {
      await shows(page, 'p', 'message 1message 2')
      assert.deepEqual(await page.evaluate(() => failures), [503])
    }),
    trial('the option `headers` is sent', NEWS, numbered(2), async (page, server) => {
      await shows(page, 'p', 'message 1message 2')
      assert.equal(streamRequests(server)[0]?.headers.authorization, 'Bearer of-page')
    }),
  ],
}

/** htmx tries again after half a second. */
function refusedOnce(...given: Parameters<Handler>): void {
  const [, response, server] = given
  if (streamRequests(server).length > 1) void numbered(2)(...given)
  else response.writeHead(503).end()
}
