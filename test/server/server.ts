/**
 * The test server, with several origins. Tests register a program (`POST /programs`), connect to `/s/<id>`, open gates, and
 * read the log. Everything works over HTTP, so that pages can use it like Node.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveAnswer } from './answer.ts'
import type { Log, LoggedRequest, Program } from './program.ts'

/** A registered program and its state. */
interface Registration {
  program: Program
  since: number
  requests: LoggedRequest[]
  preflights: number
  openGates: Set<string>
  /** Called on each change. */
  watchers: Set<() => void>
}

export interface TestServer {
  /** Two origins for streams, and one for the tests' own requests, because browsers limit each to six connections. */
  origins: string[]
  close(): Promise<void>
}

/** Serves other requests, such as a page; returns whether it did. */
export type Extra = (request: IncomingMessage, response: ServerResponse) => boolean

const ORIGINS = 3
/** How long a response waits for its gate, in ms. As long as a test may take, so that no response is sent early. */
const GATE_TIMEOUT = 120_000

export async function startTestServer(extra: Extra = () => false): Promise<TestServer> {
  const registrations = new Map<string, Registration>()
  let next = 0

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    allowOrigin(request, response)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const [, endpoint, id = '', gate = ''] = pathname.split('/')
    const registration = registrations.get(id)

    if (request.method === 'OPTIONS') {
      if (registration) registration.preflights++
      const { allowHeaders } = registration?.program[0] ?? {}
      if (allowHeaders !== undefined) response.setHeader('Access-Control-Allow-Headers', allowHeaders)
      response.writeHead(204).end()
    } else if (endpoint === 'programs') {
      const key = String(next++)
      const program = JSON.parse(await text(request)) as Program
      const since = performance.now()
      registrations.set(key, { program, since, requests: [], preflights: 0, openGates: new Set(), watchers: new Set() })
      response.end(key)
    } else if (endpoint === 'origins') {
      response.end(JSON.stringify(origins))
    } else if (!registration) {
      if (!extra(request, response)) response.writeHead(404).end()
    } else if (endpoint === 'gates') {
      registration.openGates.add(gate)
      changed(registration)
      response.end()
    } else if (endpoint === 'log') {
      const wanted = (name: string) => Number(searchParams.get(name) ?? 0)
      await until(
        registration,
        wanted('patience'),
        ({ requests }) =>
          requests.length >= wanted('requests') &&
          requests.filter(({ endedAt }) => endedAt !== null).length >= wanted('closed'),
      )
      response.end(JSON.stringify(logOf(registration)))
    } else {
      await serveProgram(registration, request, response)
    }
  }

  const servers = await Promise.all(
    Array.from({ length: ORIGINS }, () =>
      listen(
        // Keep idle connections open: some runtimes silently repeat a request if a kept connection turns out to be closed,
        // and the tests count requests.
        createServer({ noDelay: true, keepAliveTimeout: 3_600_000 }, (request, response) => {
          serve(request, response).catch((error: unknown) => {
            console.error(error)
            response.destroy()
          })
        }),
      ),
    ),
  )
  const origins = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)

  return {
    origins,
    async close() {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

async function serveProgram(registration: Registration, request: IncomingMessage, response: ServerResponse) {
  const answer = registration.program[Math.min(registration.requests.length, registration.program.length - 1)]
  const logged = logRequest(request, performance.now() - registration.since)
  registration.requests.push(logged)
  response.on('close', () => {
    logged.endedAt = performance.now() - registration.since
    changed(registration)
  })
  changed(registration)
  logged.body = await text(request, 'latin1')
  await serveAnswer(
    answer ?? {},
    response,
    (gate) => until(registration, GATE_TIMEOUT, ({ openGates }) => openGates.has(gate)),
    (bytes) => {
      logged.repeatedBytes += bytes
    },
  )
}

function logRequest(request: IncomingMessage, at: number): LoggedRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const id = request.headers['last-event-id']
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    host: request.headers.host ?? '',
    headers,
    lastEventId: id === undefined ? undefined : Buffer.from(String(id), 'latin1').toString('utf8'),
    body: '',
    repeatedBytes: 0,
    at,
    endedAt: null,
  }
}

function logOf({ requests, preflights, since }: Registration): Log {
  return { requests, preflights, now: performance.now() - since }
}

function changed({ watchers }: Registration): void {
  for (const watcher of [...watchers]) watcher()
}

/** Resolves when the condition holds or the time is up; the test then sees the difference in the log. */
function until(
  registration: Registration,
  timeout: number,
  holds: (registration: Registration) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (holds(registration)) finish()
    }
    const finish = (): void => {
      clearTimeout(timer)
      registration.watchers.delete(check)
      resolve()
    }
    const timer = setTimeout(finish, timeout).unref()
    registration.watchers.add(check)
    check()
  })
}

function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*')
  response.setHeader('Access-Control-Allow-Credentials', 'true')
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After, X-Reason')
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
  response.setHeader('Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? '*')
}

async function text(request: IncomingMessage, encoding: BufferEncoding = 'utf8'): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString(encoding)
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      resolve(server)
    }),
  )
}
