/** The pages, and the build that they use. */

import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
}

/** All there is, by its path: what a request asks for is looked up here and never becomes part of a file's name. */
const FILES: ReadonlyMap<string, URL> = new Map([
  ['/', new URL('pages/index.html', import.meta.url)],
  ...['everysource.min.js', 'everysource.min.js.map'].map((name): [string, URL] => [
    `/${name}`,
    new URL(`../dist/${name}`, import.meta.url),
  ]),
  ...readdirSync(new URL('pages', import.meta.url)).map((name): [string, URL] => [
    `/pages/${name}`,
    new URL(`pages/${name}`, import.meta.url),
  ]),
])

/** Answers with the file of that path, or with 404. */
export async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const file = FILES.get(path)
  // A build may be missing.
  const content = file && (await readFile(file).catch(() => undefined))
  if (!file || !content) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('There is nothing here.\n')
    return
  }
  response
    .writeHead(200, {
      'Content-Type': TYPES[extname(file.pathname)] ?? 'application/octet-stream',
      'Content-Length': content.byteLength,
      'Cache-Control': 'no-cache',
    })
    .end(content)
}
