/**
 * What docs/migration says of other packages: `npm run test:migration`. The programs in its pages, before and after, do the same on
 * both packages; each row of what differs is shown on both; and the tables name all that the other package has. The figures of
 * docs/background/why.md that no benchmark has are measured again.
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
import type { Difference, Story } from './story.ts'
import { tellInChromium, tellInNode, type Teller } from './tellers.ts'
import { checkWhy } from './why.ts'

/** The origin of the programs in the pages. */
const API = 'https://api.example.com'

/** Nobody listens for the error of a request that is refused. */
const UNHEARD = 'an `error` that nobody listens to harms nobody'

/** The pages, and what their tables of differences are tested by; two of them are tested elsewhere. */
const PAGES: Record<string, { file: string; differences?: Difference<never>[]; others?: string[] }> = {
  eventsource: { file: 'eventsource.md' },
  '@microsoft/fetch-event-source': { file: 'fetch-event-source.md' },
  'event-source-polyfill': { file: 'event-source-polyfill.md', differences: EVENT_SOURCE_POLYFILL },
  'sse.js': { file: 'sse-js.md', differences: SSE_JS },
  'eventsource-client': { file: 'eventsource-client.md', differences: EVENTSOURCE_CLIENT },
  'launchdarkly-eventsource': {
    file: 'launchdarkly-eventsource.md',
    differences: LAUNCHDARKLY_EVENTSOURCE,
    others: [UNHEARD],
  },
}

/** How many checks of a page, each of which has two programs. */
const AT_ONCE = 3

const tally = new Tally()
// event-source-polyfill reports each failure of a connection there.
console.error = () => undefined
const browser = findChromium() === undefined ? undefined : await launchChromium()
const context = await browser?.newContext()
context?.setDefaultTimeout(180_000)

// What they mostly do is wait.
await Promise.all([...Object.keys(PAGES).map(checkPage), checkWhy(tally), checkFeatures(tally)])
await browser?.close()
tally.end()
process.exit()

async function checkPage(name: string): Promise<void> {
  const { file, differences = [], others = [] } = PAGES[name] ?? { file: '' }
  const suite = tally.suite(`migration from ${name}`)
  const page = readPage(file)
  await suite.run('the table of old and new names all that it has', () => {
    const [wanted, named] = [new Set(MEMBERS[name]?.()), namesIn(page.firstColumn('Old and new'))]
    assert.ok(wanted.size > 10)
    assert.deepEqual(
      [...wanted].filter((member) => !named.has(member)),
      [],
    )
  })
  if (differences.length > 0) {
    await suite.run('each row of what differs is a test, and the other way round', () => {
      assert.deepEqual(page.firstColumn('What differs'), [...differences.map(({ name }) => name), ...others])
    })
  }
  const { places, examples } = EXAMPLES[name] ?? { places: ['node'], examples: [] }
  if (places.includes('chromium') && !context) suite.missing('there is no Chromium')
  // Where it can do without a page, it does.
  const tell = places.includes('node') ? tellInNode(name) : context && tellInChromium(context, name)
  await atOnce(AT_ONCE, [
    ...differences.map((difference) => async () => {
      if (tell) await suite.run(difference.name, () => checkDifference(difference, tell))
    }),
    ...examples.flatMap((example) =>
      places.map((place) => async () => {
        const run = place === 'node' ? runInNode(name) : context && runInChromium(context)
        if (run) await suite.run(`its program ${example.what} (${place})`, () => checkExample(page, example, run))
      }),
    ),
    ...others.map((other) => () => suite.run(other, () => checkUnheard(name))),
  ])
  suite.end()
}

async function checkDifference(difference: Difference<never>, tell: Teller): Promise<void> {
  const { shows = ({ heard }: Story) => heard, expected } = difference
  const [theirs, ours] = await Promise.all(
    (['theirs', 'ours'] as const).map(async (side) => {
      const server = await serve(difference)
      const heard = await tell(difference, side, server.origin)
      const requests = server.requests()
      server.close()
      return shows({ heard, requests })
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

async function checkUnheard(name: string): Promise<void> {
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
