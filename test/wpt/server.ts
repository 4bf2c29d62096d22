/**
 * Serves a checkout as WPT's server does. Each test gets a slot: two ports, so that tests share no origins, cookies or connections.
 * Every port is also an HTTP proxy to all slots, for runtimes without another way to resolve host names.
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { PROGRAMS, type WptAnswer } from './handlers.ts'
import * as pages from './pages.ts'
import { sourceOf } from './suite.ts'

/** All its subdomains are this machine too. */
export const HOST = 'web-platform.test'

/** Another site. */
const OTHER_HOST = `not-${HOST}`

/** The subdomains that tests use. */
export const DOMAINS = [HOST, OTHER_HOST, ...['www', 'www1', 'www2', 'xn--lve-6lad'].map((name) => `${name}.${HOST}`)]

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.htm': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.event_stream': 'text/event-stream',
}

/** The results of a test file, as `testharness.js` reports them. */
export interface Report {
  subtests: { name: string; status: number; message: string | null }[]
  /** An error outside of the subtests. */
  message: string | null
}

export interface SlotOptions {
  /** A script that installs the implementation under test in every page and worker. */
  install?: string
  /** Keeps cookies for clients that have no cookie store. */
  keepsCookies?: boolean
}

export interface Slot {
  /** The URL of a path. */
  url(path: string): string
  /** Resolves when the test has posted its results. */
  report: Promise<Report>
  close(): void
}

interface State extends SlotOptions {
  ports: number[]
  stash: Map<string, unknown>
  /** By host. */
  cookies: Map<string, Map<string, string>>
  finish: (report: Report) => void
}

export class WptServer {
  /** The checkout. */
  readonly root: string
  readonly #slots = new Map<string, State>()
  readonly #lanes = new Map<string, () => Promise<string>>()
  readonly #servers = new Set<Server>()

  constructor(root: string) {
    this.root = root
  }

  async slot(options: SlotOptions = {}): Promise<Slot> {
    let finish!: State['finish']
    const report = new Promise<Report>((resolve) => (finish = resolve))
    const servers = [await this.#listen(), await this.#listen()]
    const ports = servers.map(portOf)
    const state: State = { ...options, ports, stash: new Map(), cookies: new Map(), finish }
    for (const port of ports) this.#slots.set(String(port), state)
    return {
      url: (path) => `http://${HOST}:${ports[0] ?? ''}${path}`,
      report,
      close: () => {
        for (const port of ports) this.#slots.delete(String(port))
        for (const server of servers) this.#close(server)
      },
    }
  }

  /** Serves a page that shows the URLs that `next` returns, until one is empty. */
  async lane(next: () => Promise<string>): Promise<{ url: string; port: number; close(): void }> {
    const server = await this.#listen()
    const port = portOf(server)
    this.#lanes.set(String(port), next)
    return {
      url: `http://${HOST}:${port}/`,
      port,
      close: () => {
        this.#lanes.delete(String(port))
        this.#close(server)
      },
    }
  }

  /** Returns the port of a proxy that resolves the hosts of all slots. */
  async proxy(): Promise<number> {
    return portOf(await this.#listen())
  }

  close(): void {
    for (const server of this.#servers) this.#close(server)
  }

  async #listen(): Promise<Server> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500, { 'Access-Control-Allow-Origin': '*' })
        response.end(String(error))
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.#servers.add(server)
    return server
  }

  #close(server: Server): void {
    this.#servers.delete(server)
    server.close()
    server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A proxy gets the whole URL.
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? HOST}`)
    const next = this.#lanes.get(url.port)
    if (next) {
      const isPage = url.pathname === '/'
      response.setHeader('Content-Type', isPage ? 'text/html' : 'text/plain')
      response.end(isPage ? pages.LANE : url.pathname === '/everysource/next' ? await next() : '')
      return
    }
    const slot = this.#slots.get(url.port)
    const body = await buffer(request)
    if (!slot) response.writeHead(410).end()
    else if (url.pathname === pages.REPORT) {
      slot.finish(JSON.parse(body.toString()) as Report)
      response.end()
    } else if (url.pathname in PROGRAMS) await this.#run(url, slot, request, body, response)
    else this.#sendFile(url, slot, request, response)
  }

  async #run(url: URL, slot: State, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request
    const jar = slot.cookies.get(url.hostname) ?? new Map<string, string>()
    slot.cookies.set(url.hostname, jar)
    const answer = await PROGRAMS[url.pathname]?.({
      method,
      query: queryOf(request.url ?? ''),
      headers: headers as Record<string, string | undefined>,
      cookies: slot.keepsCookies === true && headers.cookie === undefined ? jar : cookiesOf(headers.cookie),
      body: body.toString('latin1'),
      stash: slot.stash,
      response,
    })
    if (!answer) return
    const isPage = slot.install !== undefined && answer.headers?.['Content-Type'] === 'text/html'
    send(response, isPage ? { ...answer, body: pages.withInstallation(answer.body ?? '') } : answer, jar)
  }

  #sendFile(url: URL, slot: State, request: IncomingMessage, response: ServerResponse): void {
    const type = TYPES[extname(url.pathname)] ?? 'text/plain; charset=utf-8'
    let content: string
    try {
      content = this.#contentOf(url.pathname, slot)
    } catch {
      response.writeHead(404).end()
      return
    }
    if (url.pathname.includes('.sub.') || url.search.includes('pipe=sub')) {
      content = pages.substitute(content, templateValues(slot, request))
    }
    if (slot.install !== undefined && type.startsWith('text/html')) content = pages.withInstallation(content)
    response.writeHead(200, { 'Content-Type': type }).end(content)
  }

  #contentOf(path: string, { install }: State): string {
    const source = (path: string): string => sourceOf(this.root, path.slice(1)).toString()
    if (path === pages.INSTALL) return install ?? ''
    if (path === '/resources/testharnessreport.js') return pages.TEST_HARNESS_REPORT
    if (/\.(any|window)\.html$/.test(path)) {
      const file = path.replace(/html$/, 'js')
      return pages.windowPage(file, source(file))
    }
    if (/\.worker\.html$/.test(path)) return pages.workerPage(path.replace(/html$/, 'js'))
    // Workers install the implementation first.
    const inWorker = install === undefined ? '' : `importScripts(${JSON.stringify(pages.INSTALL)})\n`
    if (path.endsWith('.any.worker.js')) {
      const file = path.replace(/worker\.js$/, 'js')
      return inWorker + pages.workerScript(file, source(file))
    }
    const isWorker = path.includes('-worker/') && path.endsWith('.js') && !path.endsWith('.any.js')
    return isWorker ? inWorker + source(path) : source(path)
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function send(response: ServerResponse, answer: WptAnswer, jar: Map<string, string>): void {
  const { status = 200, headers = {}, cookies = {}, body = '' } = answer
  for (const [name, value] of Object.entries(cookies)) {
    if (value === undefined) jar.delete(name)
    else jar.set(name, value)
    response.appendHeader('Set-Cookie', `${name}=${value ?? ''}; Path=/${value === undefined ? '; Max-Age=0' : ''}`)
  }
  response.writeHead(status, headers).end(Buffer.from(body, 'latin1'))
}

/** The expressions in templates. Only HTTP has ports. */
function templateValues({ ports }: State, { headers }: IncomingMessage): Record<string, string> {
  const values: Record<string, string> = { host: HOST, 'hosts[alt][]': OTHER_HOST }
  for (const name of ['www', 'www1', 'www2']) values[`domains[${name}]`] = `${name}.${HOST}`
  for (const protocol of ['http', 'https', 'h2', 'ws', 'wss'])
    for (const index of [0, 1])
      values[`ports[${protocol}][${index}]`] = protocol === 'http' ? String(ports[index]) : '1'
  for (const [name, value] of Object.entries(headers)) values[`headers[${name}]`] = String(value)
  return values
}

/** The parameters, in which each character is a byte: tests also send bytes that are not UTF-8. */
export function queryOf(url: string): URLSearchParams {
  const decode = (text: string): string =>
    text
      .replaceAll('+', ' ')
      .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const [, query = ''] = /\?(.*)$/s.exec(url) ?? []
  const pairs = query.split('&').map((pair) => {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
    return [decode(name), decode(value)]
  })
  return new URLSearchParams(pairs)
}

function cookiesOf(header = ''): Map<string, string> {
  const pairs = header.split(/; */).filter((pair) => pair.includes('='))
  return new Map(pairs.map((pair) => [pair.replace(/=.*/, ''), pair.replace(/^[^=]*=/, '')]))
}
