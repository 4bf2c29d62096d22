/** Tests HTTP/2 over TLS with nginx in front of Express and Node's server, and clients in Node, Deno, Bun and Chromium. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atOnce } from '../at-once.ts'
import { createCertificates } from '../docs/certificates.ts'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { absent, chromium, processIn, type Client, type Start } from './clients.ts'
import { configuration } from './configuration.ts'
import { Hosted } from './hosted.ts'
import { missing, NGINX, Proxy } from './proxy.ts'
import { until } from './until.ts'

/** More streams than a browser's limit of connections over HTTP/1.1. */
const MANY = 8

const CLIENTS: Record<string, Start> = {
  node24: processIn('node24', { allowH2: true, connections: 1, pipelining: 100 }),
  deno: processIn('deno'),
  bun: processIn('bun', { protocol: 'http2' }),
  chromium,
}

interface Front {
  url: string
  hosted: Hosted
  /** Number of its connections, as reported by the server or the client. */
  connections: (client: Client) => Promise<number>
  stop: () => Promise<void>
}

/** Creates a folder with certificates for localhost. */
function certified(): { folder: string; files: Record<string, string> } {
  const { ca, cert, key } = createCertificates('localhost')
  const files = { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key }
  const folder = mkdtempSync(join(tmpdir(), 'everysource-http2-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return { folder, files }
}

async function node(folder: string): Promise<Front> {
  const hosted = await Hosted.start('http2', {}, folder)
  return {
    url: `${hosted.origin.replace('http:', 'https:')}/events`,
    hosted,
    connections: () => hosted.count('connections'),
    stop: () => hosted.stop(),
  }
}

async function nginx(_: string, files: Record<string, string>): Promise<Front> {
  const hosted = await Hosted.start('express')
  const proxy = await Proxy.nginx(
    (own) =>
      configuration('nginx-http2.conf', {
        '127.0.0.1:8000': new URL(hosted.origin).host,
        '443 ssl': `127.0.0.1:${own} ssl`,
        'location /': 'add_header X-Protocol $server_protocol; add_header X-Connection $connection; location /',
      }),
    files,
  )
  return {
    url: `https://127.0.0.1:${proxy.port}/events`,
    hosted,
    connections: ({ opened }) => {
      assert.ok(
        opened.every((of) => of.startsWith('HTTP/2.0 on ')),
        opened.join(),
      )
      return Promise.resolve(new Set(opened).size)
    },
    stop: async () => {
      await proxy.stop()
      await hosted.stop()
    },
  }
}

const all = (line: (index: number) => string, except: number[] = []): string[] =>
  Array.from({ length: MANY }, (_, index) => index)
    .filter((index) => !except.includes(index))
    .map(line)

async function checkClient(suite: Suite, name: string, front: Front, client: Client): Promise<void> {
  const { hosted } = front
  await check(suite, `${name}: ${MANY} streams are open at once, over one connection`, async () => {
    await hosted.serves('events', MANY)
    await until(
      () => client.opened.length === MANY,
      () => `${client.opened.length} are open`,
    )
    assert.equal(await front.connections(client), 1)
  })

  await check(suite, `${name}: each message arrives at once`, async () => {
    for (const [index, data] of ['one', 'zwei äöü', 'three'].entries()) {
      hosted.publish(['news', data])
      await client.prints(all((source) => `${source}: ${data} as ${index + 1}`))
    }
  })

  await check(suite, `${name}: close() closes only its stream`, async () => {
    await client.close(3)
    await hosted.serves('events', MANY - 1)
    hosted.publish(['news', 'four'])
    await client.prints(all((source) => `${source}: four as 4`, [3]))
    assert.equal(await front.connections(client), 1)
  })

  await check(suite, `${name}: each stream resumes after the connection breaks`, async () => {
    hosted.drop(['news', 'five'])
    await client.prints(all((source) => `${source}: five as 5`, [3]))
    await hosted.serves('events', MANY - 1)
    for (const line of all((source) => `${source}: five as 5`, [3])) {
      assert.equal(client.lines.filter((said) => said === line).length, 1)
    }
  })
}

export async function checkHTTP2(suite: Suite): Promise<void> {
  const { folder, files } = certified()
  const ca = join(folder, 'ca.pem')

  const run = (named: string, start: () => Promise<Front>, follow: Start, check: typeof checkClient) => async () => {
    const front = await start()
    try {
      const client = await follow(front.url, MANY, ca)
      try {
        await check(suite, named, front, client)
      } finally {
        await client.stop()
      }
    } finally {
      await front.stop()
    }
  }

  const tasks: (() => Promise<void>)[] = []
  for (const [client, follow] of Object.entries(CLIENTS)) {
    const reason = absent(client)
    for (const [front, start] of Object.entries({ node, nginx })) {
      const lacks = reason ?? (front === 'nginx' ? missing(NGINX) : undefined)
      if (lacks !== undefined) suite.missing(lacks)
      else tasks.push(run(`${client} to ${front}`, () => start(folder, files), follow, checkClient))
    }
  }
  const others: [client: string, options: object | undefined, check: typeof checkClient][] = [
    ['node24', { allowH2: true }, checkUndici],
    ['node24', { allowH2: true, connections: 1 }, checkUndiciAlone],
    ['node24', undefined, checkHTTP1],
    ['bun', undefined, checkHTTP1],
  ]
  for (const [client, options, check] of others) {
    if (absent(client) === undefined) tasks.push(run(client, () => node(folder), processIn(client, options), check))
  }
  try {
    await atOnce(3, tasks)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Checks undici's `allowH2` without other options. */
async function checkUndici(suite: Suite, name: string, { hosted }: Front): Promise<void> {
  await check(suite, `${name}: with allowH2 alone, streams that start together have a connection each`, async () => {
    await hosted.serves('events', MANY)
    assert.equal(await hosted.count('connections'), MANY)
  })
}

async function checkUndiciAlone(suite: Suite, name: string, { hosted }: Front, client: Client): Promise<void> {
  await check(
    suite,
    `${name}: with one connection and no pipelining, a stream waits until the previous one closes`,
    async () => {
      await hosted.serves('events', 1)
      await assert.rejects(hosted.serves('events', 2, 500))
      await client.close(0)
      await until(
        () => client.opened.length === 2,
        () => `${client.opened.length} were opened`,
      )
      assert.equal(await hosted.count('events'), 1)
    },
  )
}

async function checkHTTP1(suite: Suite, name: string, { hosted }: Front, client: Client): Promise<void> {
  await check(suite, `${name}: by default, fetch uses HTTP/1.1, which allowHTTP1 permits`, async () => {
    await hosted.serves('events', MANY)
    assert.equal(await hosted.count('connections'), MANY)
    hosted.publish(['news', 'one'])
    await client.prints(all((source) => `${source}: one as 1`))
  })
}
