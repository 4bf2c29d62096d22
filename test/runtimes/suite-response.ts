/** Runs the suite inside a request. The response streams one JSON line per result. */

import * as fetchEventSource from '../../dist/fetch-event-source.js'
import * as everysource from '../../dist/index.js'
import { runSuite } from '../conformance/suite.ts'
import { bind } from '../conformance/under-test.ts'
import { END, type RequestSettings } from './request-run.ts'

export async function suiteResponse(request: Request): Promise<Response> {
  const settings = (await request.json()) as RequestSettings
  bind({ everysource, fetchEventSource })
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const writeLine = (line: string): Promise<void> => writer.write(new TextEncoder().encode(`${line}\n`))
  const run = async (): Promise<void> => {
    await runSuite({ ...settings, base: undefined, EventSource: everysource.EventSource }, (result) => {
      void writeLine(JSON.stringify(result))
    })
    await writeLine(END)
    await writer.close()
  }
  run().catch((error: unknown) => void writer.abort(error))
  return new Response(readable)
}
