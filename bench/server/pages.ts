/** Serves the page for browsers, and passes on its reports. */

import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { bundled } from '../../test/browser/places.ts'

const PAGE = '<!doctype html><meta charset="utf-8"><title>bench</title><script src="/page.js"></script>'

let script: Promise<string> | undefined

/** Passes the report of a page's POST to the pending GET for the same path. */
const reports = new EventEmitter<Record<string, [string]>>()

/** Answers requests other than streams. Returns whether it did. */
export function answer(request: IncomingMessage, response: ServerResponse, path: string): boolean {
  const reply = (type: string, content: string): void => {
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(content)
  }
  if (path === '/page') reply('text/html', PAGE)
  else if (path === '/page.js') {
    script ??= bundled('bench/page.ts', 'iife')
    void script.then((content) => {
      reply('text/javascript', content)
    })
  } else if (path.startsWith('/reports/')) {
    if (request.method === 'POST') {
      void text(request).then((body) => {
        reports.emit(path, body)
        reply('text/plain', '')
      })
    } else {
      reports.once(path, (body) => {
        reply('application/json', body)
      })
    }
  } else return false
  return true
}
