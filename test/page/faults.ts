/** Each fault of a server that docs/guides/troubleshooting.md knows: the page and the command name it. */

import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { startInspector } from '../../src/inspector/server/server.ts'
import { atOnce } from '../at-once.ts'
import { everysource } from '../cli/command.ts'
import { startServer, unusedOrigin, type StreamServer } from '../cli/test-server.ts'
import { createCertificates } from '../docs/certificates.ts'
import { visit, type Scenario, type Stage } from './scenario.ts'
import { untilTab } from './user.ts'

/** They mostly wait. */
const CONCURRENCY = 10

const STREAM = { 'Content-Type': 'text/event-stream' }

/** Symptoms by their heading, paths of streams that have them, and how the diagnosis names them. */
const FAULTS: [symptom: string, path: string, name: string][] = [
  ['No messages arrive', '/one-line-feed', 'no blank line after them'],
  ['No messages arrive', '/unframed', 'not part of any event'],
  ['No messages arrive', '/json-lines', 'JSON without "data:" before them'],
  ['No messages arrive', '/backslash', 'a backslash and the letter n instead of a line feed'],
  ['No messages arrive', '/capitals', 'had a misspelled field name'],
  ['No messages arrive', '/compressed', 'the compression (Content-Encoding: gzip)'],
  ['No messages arrive', '/quiet', 'started an event stream, but has sent nothing'],
  ['All messages arrive at once, at the end', '/at-end', 'then all 3 events at once, and the response ended'],
  ['`open` fires only with the first message', '/hangs', 'No response after'],
  ['Lines are missing, or characters are wrong', '/two-lines', '1 line that is not part of any event'],
  ['Lines are missing, or characters are wrong', '/latin-1', 'invalid UTF-8'],
  ['Lines are missing, or characters are wrong', '/utf-16', 'looks like UTF-16'],
  ['It reconnects again and again', '/polled', 'closes the response after each event: 3 times in a row'],
  ['It reconnects again and again', '/breaks', 'lost again and again: 3 times in a row'],
  ['It reconnects again and again', '/short-retry', 'tells clients to reconnect at once (retry: 0)'],
  ['It reconnects again and again', 'refused', 'Nothing is listening on'],
  ['It does not reconnect', '/502', 'status 502 (bad gateway)'],
  ['Messages are missing or duplicated after a reconnection', '/no-ids', 'the stream sent no event IDs'],
  ['Status 401 or 403', '/401', 'status 401 (unauthorized)'],
  ['Status 401 or 403', '/403', 'status 403 (forbidden)'],
  ['The response has a MIME type', '/page', 'a web page (“My shop”) instead of an event stream'],
  ['The response has a MIME type', '/json', 'sent JSON (application/json) instead of an event stream'],
  ['It works locally, but not behind a proxy', '/504', 'status 504 (gateway timeout)'],
  ['Certificate errors', 'certificate', 'is not trusted'],
]

export const faults: Scenario[] = [
  {
    name: 'names the fault of each broken server, as the command does',
    // Both read the same diagnosis.
    only: 'chromium',
    async play(stage) {
      const server = await startServer()
      addRoutes(server)
      const secure = createServer(createCertificates('localhost'))
      await new Promise<void>((listening) => secure.listen(0, '127.0.0.1', listening))
      const refused = `${await unusedOrigin()}/`
      const certificate = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`
      const failures: string[] = []
      const tasks = FAULTS.map(([symptom, path, name]) => async () => {
        const url = { refused, certificate }[path] ?? server.origin + path
        try {
          await Promise.all([namedByPage(stage, url, name), namedByCommand(url, name)])
        } catch (error) {
          failures.push(`${symptom}, ${path}: ${String(error)}`)
        }
      })
      try {
        await atOnce(CONCURRENCY, tasks)
        assert.deepEqual(failures, [])
      } finally {
        server.close()
        secure.close()
      }
    },
  },
]

async function namedByPage({ open }: Stage, url: string, name: string): Promise<void> {
  const inspector = await startInspector({ url, method: 'GET', headers: '', body: '' })
  const page = await open({})
  try {
    await visit(page, inspector.url)
    await untilTab(page, 'Diagnosis', name)
    await page.goto('about:blank')
  } finally {
    await inspector.close()
  }
}

async function namedByCommand(url: string, name: string): Promise<void> {
  const command = everysource([url, '--verbose'])
  try {
    await command.complains(name)
  } finally {
    command.child.kill('SIGINT')
  }
  await command.exits()
}

/** The faults that the server of the command's tests doesn't have. */
function addRoutes({ add }: StreamServer): void {
  add('/at-end', (response) => {
    response.writeHead(200, STREAM).flushHeaders()
    setTimeout(() => response.end('data: 1\n\ndata: 2\n\ndata: 3\n\n'), 1_500)
  })
  add('/two-lines', (response) => {
    response.writeHead(200, STREAM).write('data: one\ntwo\n\n')
  })
  add('/latin-1', (response) => {
    response.writeHead(200, STREAM).write(Buffer.from('data: caf\xe9\n\n', 'latin1'))
  })
  add('/polled', (response, _, nth) => {
    response.writeHead(200, STREAM).end(`retry: 600\nid: ${nth}\ndata: ${nth}\n\n`)
  })
  add('/breaks', (response, _, nth) => {
    response.writeHead(200, STREAM).write(`retry: 600\nid: ${nth}\ndata: ${nth}\n\n`)
    setTimeout(() => response.destroy(), 300)
  })
  add('/short-retry', (response) => {
    response.writeHead(200, STREAM).write('retry: 0\ndata: 1\n\n')
  })
  add('/no-ids', (response) => {
    response.writeHead(200, STREAM).write('retry: 600\ndata: 1\n\n')
    setTimeout(() => response.destroy(), 300)
  })
  for (const status of [401, 403, 502, 504]) {
    add(`/${status}`, (response) => {
      response.writeHead(status).end()
    })
  }
}
