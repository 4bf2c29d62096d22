/**
 * Runs every code block in `docs`, and every program in the README, as a separate program in a user's project (stage.ts).
 * Origins such as https://api.example.com are replaced by servers on loopback, unless a proxy or a mock answers for them;
 * times too long for a test are shortened. A block without facts fails the run.
 */

import { readdirSync } from 'node:fs'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { isCI } from '../ci.ts'
import { path } from '../conformance/bundle.ts'
import { PROGRAMS } from '../conformance/programs-doc.ts'
import { closeBrowser } from '../consumers/browser.ts'
import { blocksOf } from './blocks.ts'
import { CERTIFICATES } from './facts/certificates.ts'
import { AI_CHAT } from './facts/ai-chat.ts'
import { BROWSER } from './facts/browser.ts'
import { REACT, VUE } from './facts/components.ts'
import { DEBUGGING } from './facts/debugging.ts'
import { FETCH_EVENT_SOURCE } from './facts/fetch-event-source.ts'
import { EVENTSOURCE_PACKAGE } from './facts/eventsource-package.ts'
import { NODE_24, type Facts } from './facts/fact.ts'
import { GETTING_STARTED } from './facts/getting-started.ts'
import { KEEP_ALIVE } from './facts/keep-alive.ts'
import { MANY_TABS } from './facts/many-tabs.ts'
import { MCP } from './facts/mcp.ts'
import { NGINX } from './facts/nginx.ts'
import { NODE } from './facts/node.ts'
import { PROXIES } from './facts/proxies.ts'
import { REACT_NATIVE } from './facts/react-native.ts'
import { INSTALL, README } from './facts/readme.ts'
import { OPTIONS } from './facts/options.ts'
import { LOOPS } from './facts/loops.ts'
import { TESTING } from './facts/testing.ts'
import { AUTHENTICATION } from './facts/authentication.ts'
import { TROUBLESHOOTING } from './facts/troubleshooting.ts'
import { WORKERS } from './facts/workers.ts'
import { PATIENCE } from './program.ts'
import { removeProjects } from './project.ts'
import { shownFiles } from './shown-files.ts'
import { Stage } from './stage.ts'

const FACTS: Record<string, Facts> = {
  'README.md': README,
  'docs/guides/install.md': INSTALL,
  'docs/getting-started.md': GETTING_STARTED,
  'docs/guides/troubleshooting.md': TROUBLESHOOTING,
  'docs/guides/ai-chat.md': AI_CHAT,
  'docs/guides/browser.md': BROWSER,
  'docs/guides/keep-alive.md': KEEP_ALIVE,
  'docs/guides/many-tabs.md': MANY_TABS,
  'docs/guides/mcp.md': MCP,
  'docs/guides/nginx.md': NGINX,
  'docs/guides/node.md': NODE,
  'docs/guides/proxies.md': { ...PROXIES, ...CERTIFICATES },
  'docs/guides/react.md': REACT,
  'docs/guides/testing.md': TESTING,
  'docs/guides/authentication.md': AUTHENTICATION,
  'docs/guides/vue.md': VUE,
  'docs/guides/workers.md': WORKERS,
  'docs/guides/debugging.md': DEBUGGING,
  'docs/reference/options.md': OPTIONS,
  'docs/reference/loops.md': LOOPS,
  'docs/migration/fetch-event-source.md': FETCH_EVENT_SOURCE,
  'docs/migration/eventsource.md': EVENTSOURCE_PACKAGE,
  'docs/guides/react-native.md': REACT_NATIVE,
}

/** Pages whose blocks run in other tests. */
const ELSEWHERE = [
  // test/servers runs its programs.
  'docs/guides/servers.md',
  // test/wpt compares its commands with those of the runner and of the workflow.
  'docs/wpt.md',
  // test/cli runs its commands.
  'docs/reference/cli.md',
  // test/migration runs their programs on both packages.
  'docs/migration/event-source-polyfill.md',
  'docs/migration/eventsource-client.md',
  'docs/migration/launchdarkly-eventsource.md',
  'docs/migration/sse-js.md',
]
const PAGES = [
  'README.md',
  ...['docs', 'docs/guides', 'docs/reference', 'docs/background', 'docs/migration'].flatMap(pagesIn),
].filter((page) => !ELSEWHERE.includes(page))

afterAll(async () => {
  await closeBrowser()
  removeProjects()
})

// They mostly wait for processes, so more of them run at once than other tests.
vi.setConfig({ maxConcurrency: 8 })

describe.concurrent.each(PAGES)('%s', (page) => {
  // The conformance suite runs its programs in all runtimes.
  const programs = shownFiles(page, PROGRAMS).map(({ code }) => code)
  // CI runs the README's commands, and its page is tested with the package.
  const blocks = blocksOf(page).filter(
    ({ language, text }) => !programs.includes(text) && (page !== 'README.md' || language === 'js'),
  )
  const facts = FACTS[page] ?? {}

  test('each code block is tested, and nothing else', () => {
    expect(Object.keys(facts).sort()).toEqual(blocks.map(({ name }) => name).sort())
  })

  describe.each(blocks)('$name', (block) => {
    for (const { fact, on = [NODE_24], without, run } of facts[block.name] ?? []) {
      test.for(on)(`${fact} ($runtime, undici $undici)`, { timeout: 2 * PATIENCE }, async (place, context) => {
        const absent = without ?? Stage.missing(place)
        if (!isCI()) context.skip(absent !== undefined, absent)
        expect(absent).toBe(undefined)
        const stage = new Stage(block, place, (cleanUp) => {
          context.onTestFinished(cleanUp)
        })
        await run(stage)
      })
    }
  })
})

function pagesIn(folder: string): string[] {
  return readdirSync(path(folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file}`)
}
