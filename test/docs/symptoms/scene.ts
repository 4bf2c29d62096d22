/** What a symptom needs: servers, and clients that remember what they were told. */

import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'vitest'
import { type ConnectionError, EventSource, type EventSourceInit } from '../../../src/index.ts'
import { path } from '../../conformance/bundle.ts'
import { type Answer, startServer, type TestServer } from '../servers.ts'

/** In ms: how long nothing must happen to count as nothing. */
const SILENCE = 250

/** One thing that a symptom comes of, and that its remedy helps. */
export interface Symptom {
  fact: string
  /** Why it cannot be shown here, if so. */
  without?: string | undefined
  run: (scene: Scene) => Promise<void>
}

/** By the headings of docs/guides/troubleshooting.md. */
export type Symptoms = Record<string, Symptom[]>

/** A source, and what it has fired. */
export interface Follower {
  source: EventSource
  opens: number
  messages: string[]
  failures: ConnectionError[]
}

export class Scene {
  readonly #context: TestContext

  constructor(context: TestContext) {
    this.#context = context
  }

  async serve(answer: Answer): Promise<TestServer> {
    const server = await startServer(answer)
    this.cleanUp(() => {
      server.close()
    })
    return server
  }

  /** One that begins a stream and leaves it to the test. */
  async serveStream(): Promise<{ server: TestServer; streams: ServerResponse[] }> {
    const streams: ServerResponse[] = []
    const server = await this.serve((response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      streams.push(response)
    })
    return { server, streams }
  }

  /** A server of a page with the package as a global. */
  async servePage(): Promise<TestServer> {
    const script = readFileSync(path('dist/everysource.min.js'))
    return this.serve((response, { url }) => {
      if (url === '/everysource.js') response.setHeader('Content-Type', 'text/javascript').end(script)
      else response.setHeader('Content-Type', 'text/html').end(PAGE)
    })
  }

  follow(url: string, init?: EventSourceInit): Follower {
    const source = new EventSource(url, init)
    const follower: Follower = { source, opens: 0, messages: [], failures: [] }
    source.onopen = () => follower.opens++
    source.onmessage = ({ data }) => follower.messages.push(data)
    source.onerror = ({ error }) => {
      if (error) follower.failures.push(error)
    }
    this.cleanUp(() => {
      source.close()
    })
    return follower
  }

  cleanUp(action: () => void): void {
    this.#context.onTestFinished(action)
  }

  /** Silence is what some symptoms are about. */
  async silence(): Promise<void> {
    await delay(SILENCE)
  }
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/everysource.js"></script>'
