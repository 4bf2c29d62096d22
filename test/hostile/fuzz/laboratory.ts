/** A page in Chromium that follows connections with ours and the native EventSource in parallel, and its server. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { openPage } from '../../browser/chromium.ts'
import { bundled } from '../../browser/places.ts'
import { path } from '../../conformance/bundle.ts'
import { FIRST_RESPONSE, piecesOf, type Connection } from './connections.ts'
import { expectationOf, type Expectation } from './expectation.ts'
import type { Observed, Work } from './page-messages.ts'

/** Frames with separate origins, because Chromium opens only six connections to one; and concurrent connections per frame. */
const FRAMES = 4
const FRAMES_OF_BROKEN = 2
const LANES = 5

/** Chromium throttles timers of frames that are not visible. */
const SMALL = 'width="40" height="20"'

/** Time limit for a connection, in ms, after which the page counts as dead. */
const PATIENCE = 300_000

type Side = 'ours' | 'native'

/** A request at the server. */
export interface SeenRequest {
  lastEventId: string
  /** Time since the end of the previous response, in ms. */
  waited: number
}

/** Events and requests of both sides for one connection. */
export type Outcome = Record<Side, Observed & { requests: SeenRequest[] }>

interface Task {
  connection: Connection
  expectation: Expectation
  requests: Record<Side, SeenRequest[]>
  endedAt: Record<Side, number>
  finish: (observed: Record<Side, Observed>) => void
}

export class Laboratory {
  /** Our published version. */
  static readonly OURS = 'ours'
  readonly #scripts: Record<string, string>
  readonly #tasks = new Map<number, Task>()
  /** Waiting connections and idle lanes, by version. */
  readonly #queues = new Map<string, { waiting: Work[]; idle: ((work: Work) => void)[] }>()
  #next = 0
  #close: (() => Promise<void>) | undefined

  /** @param versions more versions of our client: script builds by name */
  constructor(versions: Record<string, string> = {}) {
    const ours = readFileSync(path('dist/everysource.min.js'), 'utf8')
    this.#scripts = { [Laboratory.OURS]: ours, ...versions }
  }

  async open(): Promise<void> {
    const script = await bundled('test/hostile/fuzz/page.ts', 'iife', 'page')
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(script, frames, request, response).catch((error: unknown) => {
        console.error(error)
        response.destroy()
      })
    }
    // Requests may carry long and unusual IDs.
    const listening = Object.keys(this.#scripts).flatMap((version) =>
      Array.from({ length: version === Laboratory.OURS ? FRAMES : FRAMES_OF_BROKEN }, async () => {
        // An idle connection must not be closed just as a request arrives.
        const options = { noDelay: true, maxHeaderSize: 2 ** 20, insecureHTTPParser: true, keepAliveTimeout: 600_000 }
        const server = createServer(options, serve)
        await once(server.listen(0, '127.0.0.1'), 'listening')
        return { version, server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
      }),
    )
    const frames = await Promise.all(listening)
    const closePage = await openPage(`${frames[0]?.origin ?? ''}/`)
    this.#close = async () => {
      await closePage()
      for (const { server } of frames) {
        server.closeAllConnections()
        server.close()
      }
    }
  }

  async close(): Promise<void> {
    await this.#close?.()
  }

  /** Number of connections to run in parallel. */
  static readonly WIDTH = FRAMES * LANES

  /** Follows a connection with one of our versions and the native EventSource. */
  async run(connection: Connection, version = Laboratory.OURS): Promise<Outcome> {
    const id = this.#next++
    const expectation = expectationOf(connection)
    const requests: Task['requests'] = { ours: [], native: [] }
    let patience: NodeJS.Timeout | undefined
    const observed = new Promise<Record<Side, Observed>>((finish, reject) => {
      patience = setTimeout(() => {
        reject(new Error(`No result from the page for ${PATIENCE} ms`))
      }, PATIENCE)
      this.#tasks.set(id, { connection, expectation, requests, endedAt: { ours: NaN, native: NaN }, finish })
    })
    const { types, last, losses } = expectation
    this.#offer(version, { id, types, last, losses, ...(connection.isRecut && { cuts: connection.cuts }) })
    try {
      const { ours, native } = await observed
      return { ours: { ...ours, requests: requests.ours }, native: { ...native, requests: requests.native } }
    } finally {
      clearTimeout(patience)
      this.#tasks.delete(id)
    }
  }

  #queue(version: string): { waiting: Work[]; idle: ((work: Work) => void)[] } {
    const queue = this.#queues.get(version) ?? { waiting: [], idle: [] }
    this.#queues.set(version, queue)
    return queue
  }

  #offer(version: string, work: Work): void {
    const { waiting, idle } = this.#queue(version)
    const take = idle.shift()
    if (take) take(work)
    else waiting.push(work)
  }

  #take(version: string): Work | Promise<Work> {
    const { waiting, idle } = this.#queue(version)
    return waiting.shift() ?? new Promise((take) => idle.push(take))
  }

  async #serve(
    script: string,
    frames: { origin: string; version: string }[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [, route = '', name = '', side = ''] = (request.url ?? '').split('/')
    const task = this.#tasks.get(Number(name))
    if (route === '') {
      sendText(
        response,
        'text/html',
        frames.map(({ origin, version }) => `<iframe ${SMALL} src="${origin}/frame/${version}"></iframe>`).join(''),
      )
    } else if (route === 'frame') {
      const lanes = `for (let n = 0; n < ${LANES}; n++) page.lane(${JSON.stringify(name)})`
      sendText(
        response,
        'text/html',
        `<!doctype html><script src="/script/${name}"></script><script src="/page"></script><script>${lanes}</script>`,
      )
    } else if (route === 'script') {
      sendText(response, 'text/javascript', this.#scripts[name] ?? '')
    } else if (route === 'page') {
      sendText(response, 'text/javascript', script)
    } else if (route === 'work') {
      sendText(response, 'application/json', JSON.stringify(await this.#take(name)))
    } else if (route === 'observed' && task) {
      const observed = JSON.parse(await text(request)) as Record<Side, Observed>
      response.end()
      task.finish(observed)
    } else if (route === 'stream' && task) {
      await answer(task, side as Side, request, response)
    } else {
      response.writeHead(404).end()
    }
  }
}

async function answer(
  { connection, requests, endedAt }: Task,
  side: Side,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const lastEventId = String(request.headers['last-event-id'] ?? '')
  const place = requests[side].push({
    lastEventId: Buffer.from(lastEventId, 'latin1').toString(),
    waited: performance.now() - endedAt[side],
  })
  const isOwn = connection.kind === 'own'
  if (isOwn && place > 2) {
    response.writeHead(204).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  if (isOwn && place === 1) {
    response.write(FIRST_RESPONSE)
  } else {
    for (const piece of piecesOf(connection)) {
      if (piece.length > 0) response.write(piece)
      await setImmediate()
    }
  }
  endedAt[side] = performance.now()
  response.end()
}

function sendText(response: ServerResponse, type: string, content: string): void {
  response.setHeader('Content-Type', type)
  response.end(content)
}
