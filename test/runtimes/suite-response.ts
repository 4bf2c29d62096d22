/** The suite inside a request, for runtimes that live in requests: the answer is a JSON line for each result, as it comes. */

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
  const say = (line: string): Promise<void> => writer.write(new TextEncoder().encode(`${line}\n`))
  const run = async (): Promise<void> => {
    await runSuite({ ...settings, base: undefined, EventSource: everysource.EventSource }, (result) => {
      void say(JSON.stringify(result))
    })
    await say(END)
    await writer.close()
  }
  run().catch((error: unknown) => void writer.abort(error))
  return new Response(readable)
}
