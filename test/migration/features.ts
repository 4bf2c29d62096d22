/** Checks each cell of the README's table of features with its package, in a separate process. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { atOnce } from '../at-once.ts'
import { path } from '../conformance/bundle.ts'
import type { Tally } from '../tally.ts'
import { cut, ended, inTurn, stream } from './answers.ts'
import { MEMBERS, read } from './members.ts'
import { locate } from './packages.ts'
import { serve } from './server.ts'
import type { Difference, Request } from './scenario.ts'

export type Feature = keyof typeof FEATURES

export interface Orders {
  specifier: string
  feature: Feature
  /** An option of the package, or a custom `fetch`. */
  route: Route
  url: string
}

type Route = 'option' | 'fetch'

interface Seen {
  data?: string
  status?: number
  body?: string
  isInterface?: boolean
}

/** The observations so far. */
interface Run {
  seen: Seen[]
  requests: Request[]
  hasExited: boolean
}

interface Probe {
  row: string
  answer: Difference<never>['answer']
  /** Undefined while undecided. */
  has: (run: Run) => boolean | undefined
}

/** The time limit of a probe, in ms: most end earlier. */
const PATIENCE = 120_000

const YES = '✅'
const NO = '–'
const BY_FETCH = 'via `fetch`'

/** Features that a callback of the user's must implement. */
const BY_CALLBACK: Record<string, Partial<Record<string, string>>> = {
  '@microsoft/fetch-event-source': { status: 'via `onopen`', body: 'via `onopen`' },
}

const REFUSAL = 'the reason'

const refused: Probe['answer'] = (response) => response.writeHead(401).end(REFUSAL)
const first = ({ requests: [request], hasExited }: Run, holds: (request: Request) => boolean): boolean | undefined =>
  request ? holds(request) : hasExited ? false : undefined
const message = ({ seen, hasExited }: Run): boolean | undefined =>
  seen.some(({ data }) => data === 'x') || (hasExited ? false : undefined)
const second = ({ requests, hasExited }: Run, holds: (request: Request) => boolean): boolean | undefined =>
  requests[1] ? holds(requests[1]) : hasExited ? false : undefined

const FEATURES = {
  interface: {
    row: '`EventSource` interface',
    answer: () => undefined,
    has: ({ seen: [first] }) => first?.isInterface,
  },
  node: { row: 'Runs in Node', answer: stream('data: x\n\n'), has: message },
  headers: {
    row: 'Custom headers',
    answer: stream(''),
    has: (run) => first(run, ({ headers }) => headers['x-feature'] === 'yes'),
  },
  post: {
    row: 'POST',
    answer: stream(''),
    has: (run) => first(run, ({ method, body }) => method === 'POST' && body === 'hello'),
  },
  loop: { row: '`for await` loop', answer: stream('data: x\n\n'), has: message },
  resume: {
    row: 'Resumes with `Last-Event-ID`',
    answer: inTurn(cut('retry: 50\nid: 7\ndata: x\n\n'), stream('')),
    has: (run) => second(run, ({ headers }) => headers['last-event-id'] === '7'),
  },
  status: {
    row: 'HTTP status in errors',
    answer: refused,
    has: ({ seen, requests, hasExited }) =>
      seen.some(({ status }) => status === 401) || (hasExited || requests.length > 1 ? false : undefined),
  },
  body: {
    row: 'Response body in errors',
    answer: refused,
    has: ({ seen, requests, hasExited }) =>
      seen.some(({ body }) => body === REFUSAL) || (hasExited || requests.length > 1 ? false : undefined),
  },
  retryAfter: {
    row: 'Honors `Retry-After`',
    answer: inTurn((response) => response.writeHead(503, { 'Retry-After': '3' }).end(), stream('')),
    has: (run) => second(run, ({ at }) => at - (run.requests[0]?.at ?? 0) >= 2_900),
  },
  idle: { row: 'Idle timeout', answer: stream('retry: 50\n\n'), has: (run) => second(run, () => true) },
  alive: {
    row: 'Node stays alive while it retries',
    answer: inTurn(ended('retry: 300\n\n'), stream('')),
    has: (run) => second(run, () => true),
  },
} satisfies Record<string, Probe>

/** The columns of the table, except `native`. */
const PACKAGES: Record<string, string> = {
  everysource: 'everysource',
  '`eventsource`': 'eventsource',
  '`fetch-event-source`': '@microsoft/fetch-event-source',
  '`eventsource-client`': 'eventsource-client',
}

/** HTML standard, 9.2.2: the only option is `withCredentials`, and `error` is a plain event. */
const STANDARD = ['interface', 'resume']

/** Features that a custom `fetch` can add to a package. */
const FETCH_FEATURES: Feature[] = ['headers', 'post', 'status', 'body']

/** How many processes run at once. Most of them wait. */
const AT_ONCE = 8

/** Checks each cell of the README's table. */
export async function checkFeatures(tally: Tally): Promise<void> {
  const suite = tally.suite("the README's table of features")
  const { columns, rows } = readTable()
  await suite.run('it has a row for each feature and a column for each package', () => {
    assert.deepEqual(
      Object.keys(rows).filter((row) => !row.startsWith('Size')),
      Object.values(FEATURES).map(({ row }) => row),
    )
    assert.deepEqual(
      columns.filter((column) => column !== 'native'),
      Object.keys(PACKAGES),
    )
  })
  await suite.run('native: the interface and resuming, all that the standard has', () => {
    const native = Object.values(FEATURES).map(({ row }) => rows[row]?.[columns.indexOf('native')])
    assert.deepEqual(
      native,
      Object.keys(FEATURES).map((feature) => (STANDARD.includes(feature) ? YES : NO)),
    )
  })
  for (const name of Object.values(PACKAGES).slice(1)) {
    await suite.run(`the README names the version of ${name}`, () => {
      const { version } = JSON.parse(read(name, 'package.json')) as { version: string }
      assert.ok(readFileSync(path('README.md'), 'utf8').includes(`\`${name}\` ${version}`), version)
    })
  }
  await atOnce(
    AT_ONCE,
    (Object.keys(FEATURES) as Feature[]).flatMap((feature) =>
      Object.entries(PACKAGES).map(([column, name]) => async () => {
        const { row } = FEATURES[feature]
        await suite.run(`${name}: ${row}`, async () => {
          assert.equal(rows[row]?.[columns.indexOf(column)], await cellOf(name, feature))
        })
      }),
    ),
  )
  suite.end()
}

function readTable(): { columns: string[]; rows: Record<string, string[]> } {
  const lines = readFileSync(path('README.md'), 'utf8').split('\n')
  const start = lines.findIndex((line) => /^\| +\| everysource \|/.test(line))
  assert.ok(start >= 0, 'the README has no table whose first column is everysource')
  const table = lines.slice(start, lines.indexOf('', start)).map((line) => line.split('|').slice(1, -1))
  const [[, ...columns] = [], , ...rows] = table.map((cells) => cells.map((cell) => cell.trim()))
  return { columns, rows: Object.fromEntries(rows.map(([row = '', ...cells]) => [row, cells])) }
}

async function cellOf(name: string, feature: Feature): Promise<string> {
  // A missing option cannot be tried.
  const lacksOption = !MEMBERS[name]?.().some((member) => /idle|timeout|heartbeat/i.test(member))
  if (feature === 'idle' && name !== 'everysource' && lacksOption) return NO
  if (await hasFeature(name, feature, 'option')) return BY_CALLBACK[name]?.[feature] ?? YES
  return FETCH_FEATURES.includes(feature) && (await hasFeature(name, feature, 'fetch')) ? BY_FETCH : NO
}

async function hasFeature(name: string, feature: Feature, route: Route): Promise<boolean> {
  const { answer, has }: Probe = FEATURES[feature]
  const server = await serve({ answer })
  const specifier =
    name === 'everysource' ? pathToFileURL(path('dist/index.js')).href : pathToFileURL(locate(name)).href
  const orders: Orders = { specifier, feature, route, url: `${server.origin}/events` }
  const child = spawn(
    process.execPath,
    ['--no-warnings', path('test/migration/features-child.ts'), JSON.stringify(orders)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const seen: Seen[] = []
  // Not at `exit`: its output may come later.
  let hasExited = false
  child.once('close', () => (hasExited = true))
  createInterface(child.stdout).on('line', (line) => seen.push(JSON.parse(line) as Seen))
  const deadline = performance.now() + PATIENCE
  try {
    for (;;) {
      const verdict = has({ seen, requests: server.requests(), hasExited })
      if (verdict !== undefined) return verdict
      if (hasExited) return false
      if (performance.now() > deadline) throw new Error('it has neither shown the feature nor exited')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    child.kill('SIGKILL')
    server.close()
  }
}
