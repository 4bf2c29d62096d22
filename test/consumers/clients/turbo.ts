/** Hotwire Turbo in Chromium. The server is ours: the data of each message is a `<turbo-stream>`. */

import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { Page } from 'playwright-core'
import type { Client, EventSourceClass, Trial } from './client.ts'
import { onPage, shows, streamRequests } from './in-page.ts'
import { numbered, type Handler } from './server.ts'

/** Globals of the page. */
declare const Turbo: Record<'connectStreamSource' | 'disconnectStreamSource', (source: unknown) => void>
declare let source: InstanceType<EventSourceClass>

const HEAD = `<script>EventSource = Tried</script>
<script src="/node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js"></script>
<p></p><i></i>
`
const ELEMENT = '<turbo-stream-source src="/events"></turbo-stream-source>'

/** Appends to the paragraph, with an ID. */
function append(response: ServerResponse, id: number): void {
  response.write(`id: ${id}\ndata: ${streamOf('append', 'p', `[${id}]`)}\n\n`)
}

function streamOf(action: string, targets: string, content: string): string {
  return `<turbo-stream action="${action}" targets="${targets}"><template>${content}</template></turbo-stream>`
}

/** Like `numbered(2)`, with stream actions. */
const appending: Handler = (request, response, server) => {
  void numbered(0)(request, response, server)
  const last = Number(request.headers['last-event-id'] ?? 0)
  for (const id of [last + 1, last + 2]) append(response, id)
}

function trial(name: string, html: string, use: Parameters<typeof onPage>[3], handler = appending): Trial {
  return { name, run: (_, implementation) => onPage(implementation, HEAD + html, handler, use) }
}

export const client: Client = {
  name: 'Hotwire Turbo',
  packages: ['@hotwired/turbo'],
  runsIn: 'page',
  how: 'Turbo.connectStreamSource(new everysource.EventSource(url, { headers }))',
  others: { eventsource: ['the option `headers` is sent'], native: ['the option `headers` is sent'] },
  note: '`<turbo-stream-source>` makes its own: it takes the global class, which `everysource/polyfill/force` sets.',
  trials: [
    trial('messages arrive', ELEMENT, async (page) => {
      await shows(page, 'p', '[1][2]')
    }),
    trial('a dropped connection resumes', ELEMENT, async (page, server) => {
      await shows(page, 'p', '[1][2]')
      server.drop()
      await shows(page, 'p', '[1][2][3][4]')
      assert.equal(streamRequests(server)[1]?.headers['last-event-id'], '2')
    }),
    trial('closing frees the server', ELEMENT, async (page, server) => {
      await shows(page, 'p', '[1][2]')
      await page.evaluate(() => {
        document.querySelector('turbo-stream-source')?.remove()
      })
      await server.untilFreed()
    }),
    trial('a message can have several stream actions', ELEMENT, applied, actions),
    trial('a source of yours disconnects without closing', '', async (page, server) => {
      await page.evaluate(() => {
        source = new Tried('/events')
        Turbo.connectStreamSource(source)
      })
      await shows(page, 'p', '[1][2]')
      await page.evaluate(() => {
        Turbo.disconnectStreamSource(source)
        source.onmessage = ({ data }) => {
          document.querySelector('i')?.append(data)
        }
      })
      for (const response of server.open) response.write('data: read by another listener\n\n')
      await shows(page, 'i', 'read by another listener')
      await shows(page, 'p', '[1][2]')
      await page.evaluate(() => {
        source.close()
      })
      await server.untilFreed()
    }),
    trial('the option `headers` is sent', '', async (page, server) => {
      await page.evaluate(() => {
        Turbo.connectStreamSource(new Tried('/events', { headers: { Authorization: 'Bearer of-page' } }))
      })
      await shows(page, 'p', '[1][2]')
      assert.equal(streamRequests(server)[0]?.headers.authorization, 'Bearer of-page')
    }),
  ],
}

async function applied(page: Page): Promise<void> {
  await shows(page, 'p', 'new')
  await page.locator('i').waitFor({ state: 'detached' })
}

/** A message over several lines, with one action per line. */
function actions(...given: Parameters<Handler>): void {
  const [, response] = given
  void numbered(0)(...given)
  const lines = [streamOf('append', 'p', 'old'), streamOf('update', 'p', 'new'), streamOf('remove', 'i', '')]
  response.write(`${lines.map((line) => `data: ${line}\n`).join('')}\n`)
}
