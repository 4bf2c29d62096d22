/** Serves the pages for browsers, passes on their reports, and opens gates. `/cpu` is the server's CPU time in µs. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { bundled } from '../../test/browser/places.ts'
import { openGate } from './gates.ts'
import { put, take } from './mail.ts'

/** The scripts of the pages. */
const SCRIPTS: Record<string, string> = { '/page': 'bench/page.ts', '/tab': 'bench/tabs-page.ts' }

const scripts = new Map<string, Promise<string>>()

/** Answers requests other than streams. Returns whether it did. */
export function answer(request: IncomingMessage, response: ServerResponse, path: string): boolean {
  const reply = (type: string, content: string): void => {
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(content)
  }
  const [page = '', isScript] = path.split('.js')
  const script = SCRIPTS[page]
  if (script !== undefined && isScript === undefined) {
    reply('text/html', `<!doctype html><meta charset="utf-8"><title>bench</title><script src="${page}.js"></script>`)
  } else if (script !== undefined) {
    const content = scripts.get(script) ?? bundled(script, 'iife')
    scripts.set(script, content)
    void content.then((content) => {
      reply('text/javascript', content)
    })
  } else if (path === '/cpu') {
    const { user, system } = process.cpuUsage()
    reply('application/json', String(user + system))
  } else if (path.startsWith('/gates/')) {
    openGate(path.slice('/gates/'.length))
    reply('text/plain', '')
  } else if (path.startsWith('/reports/')) {
    if (request.method === 'POST') {
      void text(request).then((body) => {
        put(path, body)
        reply('text/plain', '')
      })
    } else {
      take(path, (body) => {
        reply('application/json', body)
      })
    }
  } else return false
  return true
}
