/** The server side of runs in pages: sends the settings and receives the results. */

import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Result } from '../conformance/suite.ts'
import type { Extra } from '../server/server.ts'
import type { Settings } from './entry.ts'

interface Run {
  settings: Settings
  report: (result: Result) => void
  /** Called at the end with an error message, or an empty text. */
  end: (failure: string) => void
}

/** Answers `/runs/<id>/settings`, `/results` and `/end`. */
export class Runs {
  readonly #runs = new Map<string, Run>()

  /** Starts a run. `ended` resolves with an error message, or an empty text. */
  start(settings: Settings, report: Run['report']): { id: string; ended: Promise<string> } {
    // Prefixed, because the IDs of programs are plain numbers.
    const id = `run${this.#runs.size}`
    const ended = new Promise<string>((end) => this.#runs.set(id, { settings, report, end }))
    return { id, ended }
  }

  readonly serve: Extra = (request, response) => {
    const [, folder, id = '', what] = (request.url ?? '').split('/')
    const run = this.#runs.get(id)
    if (folder !== 'runs' || !run) return false
    if (what === 'settings') {
      response.end(JSON.stringify(run.settings))
    } else {
      void receive(run, what, request).then(() => response.end())
    }
    return true
  }
}

async function receive(run: Run, what: string | undefined, request: IncomingMessage): Promise<void> {
  const body = await text(request)
  if (what === 'end') run.end(body)
  else for (const result of JSON.parse(body) as Result[]) run.report(result)
}
