/** Serves the pages and the built scripts. */

import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { ASSETS, isAssetName, PAGE_HEADERS, readAsset } from '../src/inspector/server/assets.ts'
import { GUIDE, readSettings } from './offered-streams.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  // Browsers show plain text and download Markdown.
  '.md': 'text/plain; charset=utf-8',
}

/** All files by path. Requests are looked up here, so a path from a request never becomes a file name. */
const FILES: ReadonlyMap<string, URL> = new Map([
  [`/${GUIDE}`, new URL(`../${GUIDE}`, import.meta.url)],
  ...['everysource.min.js', 'everysource-shared.min.js'].map((name): [string, URL] => [
    `/${name}`,
    new URL(`../dist/${name}`, import.meta.url),
  ]),
  ...readdirSync(new URL('pages', import.meta.url)).map((name): [string, URL] => [
    `/pages/${name}`,
    new URL(`pages/${name}`, import.meta.url),
  ]),
])

/** Sends the file at the path, or a 404. */
export async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const found = path === '/settings.json' ? settingsFile() : ((await inspectorFile(path)) ?? (await ownFile(path)))
  if (!found) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n')
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

function settingsFile(): Found {
  return { type: 'application/json', content: Buffer.from(JSON.stringify(readSettings())) }
}

/** A file of the inspector page, which `everysource inspect` serves too. */
async function inspectorFile(path: string): Promise<Found | undefined> {
  const name = path === '/' ? 'index.html' : path.slice(1)
  if (!isAssetName(name)) return undefined
  // The page may not be built.
  const content = await readAsset(name).catch(() => undefined)
  return content && { type: ASSETS[name], content, headers: PAGE_HEADERS }
}

/** A demo page, or a built script. */
async function ownFile(path: string): Promise<Found | undefined> {
  const file = FILES.get(path)
  const content = file && (await readFile(file).catch(() => undefined))
  return file && content && { type: TYPES[extname(file.pathname)] ?? 'application/octet-stream', content }
}
