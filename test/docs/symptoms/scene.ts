/** Servers, and clients that record their events. */

import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'vitest'
import { type ConnectionError, EventSource, type EventSourceInit } from '../../../src/index.ts'
import { path } from '../../conformance/bundle.ts'
import { type Answer, startServer, type TestServer } from '../servers.ts'

/** In ms: how long to wait to be sure that nothing happens. */
const SILENCE = 250

/** One cause of a symptom, with its fix. */
export interface Symptom {
  fact: string
  /** Why it can't run here, if so. */
  without?: string | undefined
  run: (scene: Scene) => Promise<void>
}

/** Keys are the headings of docs/guides/troubleshooting.md. */
export type Symptoms = Record<string, Symptom[]>

/** A source and the events it has fired. */
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

  /** A server that opens streams and leaves them to the test. */
  async serveStream(): Promise<{ server: TestServer; streams: ServerResponse[] }> {
    const streams: ServerResponse[] = []
    const server = await this.serve((response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      streams.push(response)
    })
    return { server, streams }
  }

  /** Serves a page that has the package as a global. */
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

  async silence(): Promise<void> {
    await delay(SILENCE)
  }
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/everysource.js"></script>'
