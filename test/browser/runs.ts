/** What pages tell of their runs of the suite, and what they are told. */

import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Result } from '../conformance/suite.ts'
import type { Extra } from '../server/server.ts'
import type { Settings } from './entry.ts'

interface Run {
  settings: Settings
  report: (result: Result) => void
  /** Called with what went wrong, or nothing. */
  end: (failure: string) => void
}

/** Answers `/runs/<id>/settings`, `/results` and `/end`. */
export class Runs {
  readonly #runs = new Map<string, Run>()

  /** Starts a run: its id, and a promise of what went wrong in the end. */
  start(settings: Settings, report: Run['report']): { id: string; ended: Promise<string> } {
    // No number, as the programs have.
    const id = `run${this.#runs.size}`
    const ended = new Promise<string>((end) => this.#runs.set(id, { settings, report, end }))
    return { id, ended }
  }

  readonly serve: Extra = (request, response) => {
    const [, room, id = '', what] = (request.url ?? '').split('/')
    const run = this.#runs.get(id)
    if (room !== 'runs' || !run) return false
    if (what === 'settings') {
      response.end(JSON.stringify(run.settings))
    } else {
      void told(run, what, request).then(() => response.end())
    }
    return true
  }
}

async function told(run: Run, what: string | undefined, request: IncomingMessage): Promise<void> {
  const said = await text(request)
  if (what === 'end') run.end(said)
  else for (const result of JSON.parse(said) as Result[]) run.report(result)
}
