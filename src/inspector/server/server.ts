/** The local server of `everysource inspect`: serves the page and its settings, and forwards its requests. */

import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RequestFields, Settings } from '../settings.ts'
import { ASSETS, isAssetName, PAGE_HEADERS, readAsset } from './assets.ts'
import { docsURL } from './docs.ts'
import { forwardGet, forwardPost } from './forward.ts'
import { admit, type Access } from './guard.ts'

export interface Inspector {
  /** Contains the token: anyone who has it can send requests from this machine. */
  readonly url: string
  close(): Promise<void>
}

/** Resolves when the server listens, on 127.0.0.1 only. */
export async function startInspector(fields: RequestFields, port = 0): Promise<Inspector> {
  const token = randomBytes(16).toString('base64url')
  const settings: Settings = {
    streams: [],
    request: fields,
    forward: 'forward',
    connects: fields.url !== '',
    docs: docsURL() ?? 'https://www.npmjs.com/package/everysource',
  }
  const access: Access = { host: '', token }
  const server = createServer((request, response) => {
    respond(request, response, access, settings).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  access.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${access.host}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  access: Access,
  settings: Settings,
): Promise<void> {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
  response.setHeader('Cache-Control', 'no-store')
  const destination = admit(request, access)
  if (!destination) {
    response.writeHead(403).end()
    return
  }
  const { name, query } = destination
  const route = `${request.method ?? ''} ${name}`
  if (route === 'POST forward') await forwardPost(request, response)
  else if (route === 'GET forward') await forwardGet(query, request, response)
  else if (route === 'GET settings.json') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(settings))
  } else if (route === 'GET ' && !(request.url ?? '').endsWith('/')) {
    // The page's files are relative to the URL with the slash.
    response.writeHead(308, { Location: `/${access.token}/` }).end()
  } else {
    const asset = name === '' ? 'index.html' : name
    if (request.method !== 'GET' || !isAssetName(asset)) response.writeHead(404).end()
    else response.writeHead(200, { 'Content-Type': ASSETS[asset] }).end(await readAsset(asset))
  }
}
