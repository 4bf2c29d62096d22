/**
 * Tests docs/migration: `npm run test:migration`. The programs in its pages, before and after, do the same. Each row of "What
 * differs" holds for both packages. The tables cover every member of the other package. The figures of docs/background/why.md that
 * are not in a benchmark are measured again.
 */

import assert from 'node:assert/strict'
import { atOnce } from '../at-once.ts'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { replaced } from '../docs/blocks.ts'
import { Tally } from '../tally.ts'
import { EVENT_SOURCE_POLYFILL } from './event-source-polyfill.ts'
import { EVENTSOURCE_CLIENT } from './eventsource-client.ts'
import { comparable, EXAMPLES, type Example } from './examples.ts'
import { checkFeatures } from './features.ts'
import { LAUNCHDARKLY_EVENTSOURCE } from './launchdarkly-eventsource.ts'
import { MEMBERS } from './members.ts'
import { namesIn, readPage, type Page } from './pages.ts'
import { runInChromium, runInNode, type Runner } from './programs.ts'
import { serve } from './server.ts'
import { SSE_JS } from './sse-js.ts'
import type { Difference, Recording } from './scenario.ts'
import { recordInChromium, recordInNode, type Recorder } from './sides.ts'
import { checkWhy } from './why.ts'

/** The origin that the programs in the pages use. */
const API = 'https://api.example.com'

/** Tested with whole processes, because theirs crashes. */
const UNHANDLED = 'an `error` event without a listener has no effect'

/** The pages, and the tests of their tables of differences. Two of these are in test/compat and test/drop-in. */
const PAGES: Record<string, { file: string; differences?: Difference<never>[]; others?: string[] }> = {
  eventsource: { file: 'eventsource.md' },
  '@microsoft/fetch-event-source': { file: 'fetch-event-source.md' },
  'event-source-polyfill': { file: 'event-source-polyfill.md', differences: EVENT_SOURCE_POLYFILL },
  'sse.js': { file: 'sse-js.md', differences: SSE_JS },
  'eventsource-client': { file: 'eventsource-client.md', differences: EVENTSOURCE_CLIENT },
  'launchdarkly-eventsource': {
    file: 'launchdarkly-eventsource.md',
    differences: LAUNCHDARKLY_EVENTSOURCE,
    others: [UNHANDLED],
  },
}

/** How many checks of a page run at once. Each runs two programs. */
const AT_ONCE = 3

const tally = new Tally()
// event-source-polyfill logs each connection failure there.
console.error = () => undefined
const browser = findChromium() === undefined ? undefined : await launchChromium()
const context = await browser?.newContext()
context?.setDefaultTimeout(180_000)

// They mostly wait.
await Promise.all([...Object.keys(PAGES).map(checkPage), checkWhy(tally), checkFeatures(tally)])
await browser?.close()
tally.end()
process.exit()

async function checkPage(name: string): Promise<void> {
  const { file, differences = [], others = [] } = PAGES[name] ?? { file: '' }
  const suite = tally.suite(`migration from ${name}`)
  const page = readPage(file)
  await suite.run('the table of old and new covers every member', () => {
    const [wanted, named] = [new Set(MEMBERS[name]?.()), namesIn(page.firstColumn('Old and new'))]
    assert.ok(wanted.size > 10)
    assert.deepEqual(
      [...wanted].filter((member) => !named.has(member)),
      [],
    )
  })
  if (differences.length > 0) {
    await suite.run('each row of "What differs" has a test', () => {
      assert.deepEqual(page.firstColumn('What differs'), [...differences.map(({ name }) => name), ...others])
    })
  }
  const { places, examples } = EXAMPLES[name] ?? { places: ['node'], examples: [] }
  if (places.includes('chromium') && !context) suite.missing('Chromium is missing')
  // Use Node if the package runs there.
  const record = places.includes('node') ? recordInNode(name) : context && recordInChromium(context, name)
  await atOnce(AT_ONCE, [
    ...differences.map((difference) => async () => {
      if (record) await suite.run(difference.name, () => checkDifference(difference, record))
    }),
    ...examples.flatMap((example) =>
      places.map((place) => async () => {
        const run = place === 'node' ? runInNode(name) : context && runInChromium(context)
        if (run) await suite.run(`its program ${example.what} (${place})`, () => checkExample(page, example, run))
      }),
    ),
    ...others.map((other) => () => suite.run(other, () => checkUnhandled(name))),
  ])
  suite.end()
}

async function checkDifference(difference: Difference<never>, record: Recorder): Promise<void> {
  const { shows = ({ logged }: Recording) => logged, expected } = difference
  const [theirs, ours] = await Promise.all(
    (['theirs', 'ours'] as const).map(async (side) => {
      const server = await serve(difference)
      const logged = await record(difference, side, server.origin)
      const requests = server.requests()
      server.close()
      return shows({ logged, requests })
    }),
  )
  assert.deepEqual({ theirs, ours }, expected)
}

async function checkExample(page: Page, { answer, prints, requests }: Example, run: Runner): Promise<void> {
  const expected = Array.isArray(prints) ? { before: prints, after: prints } : prints
  const [before, after] = await Promise.all(
    (['before', 'after'] as const).map(async (side) => {
      const server = await serve({ answer })
      const program = replaced(page[side], { [API]: server.origin })
      const outcome = await run(program, server.origin, expected[side].length)
      const seen = server.requests().map(comparable)
      server.close()
      assert.deepEqual(outcome, { lines: expected[side], code: 0 }, side)
      return seen
    }),
  )
  assert.equal(before?.length, requests)
  assert.deepEqual(after, before)
}

async function checkUnhandled(name: string): Promise<void> {
  const answer: Example['answer'] = (response) => response.writeHead(404).end()
  const server = await serve({ answer })
  const codes = [name, 'everysource'].map(async (from) => {
    const program = `import { EventSource } from '${from}'\nnew EventSource('${server.origin}/events')`
    const { code } = await runInNode(name)(program, server.origin, 0)
    return code
  })
  assert.deepEqual(await Promise.all(codes), [1, 0])
  server.close()
}
