/** The pages, and the build that they use. */

import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { ASSETS, isAssetName, PAGE_HEADERS, readAsset } from '../src/inspector/server/assets.ts'
import { SETTINGS } from './offers.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** All there is, by its path: what a request asks for is looked up here and never becomes part of a file's name. */
const FILES: ReadonlyMap<string, URL> = new Map([
  ['/everysource.min.js', new URL('../dist/everysource.min.js', import.meta.url)],
  ...readdirSync(new URL('pages', import.meta.url)).map((name): [string, URL] => [
    `/pages/${name}`,
    new URL(`pages/${name}`, import.meta.url),
  ]),
])

/** Answers with the file of that path, or with 404. */
export async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const found = path === '/settings.json' ? SETTINGS_FILE : ((await livePage(path)) ?? (await ownFile(path)))
  if (!found) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('There is nothing here.\n')
    return
  }
  const { type, content, headers } = found
  response
    .writeHead(200, {
      ...headers,
      'Content-Type': type,
      'Content-Length': content.byteLength,
      'Cache-Control': 'no-cache',
    })
    .end(content)
}

interface Found {
  type: string
  content: Buffer
  headers?: Record<string, string>
}

const SETTINGS_FILE: Found = { type: 'application/json', content: Buffer.from(JSON.stringify(SETTINGS)) }

/** The page that shows any stream, which is that of `everysource inspect` too. */
async function livePage(path: string): Promise<Found | undefined> {
  const name = path === '/' ? 'index.html' : path.slice(1)
  if (!isAssetName(name)) return undefined
  // A build may be missing.
  const content = await readAsset(name).catch(() => undefined)
  return content && { type: ASSETS[name], content, headers: PAGE_HEADERS }
}

/** A page of one stream, or the build that it uses. */
async function ownFile(path: string): Promise<Found | undefined> {
  const file = FILES.get(path)
  const content = file && (await readFile(file).catch(() => undefined))
  return file && content && { type: TYPES[extname(file.pathname)] ?? 'application/octet-stream', content }
}
