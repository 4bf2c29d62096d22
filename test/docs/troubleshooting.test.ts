/** Reproduces each symptom of docs/guides/troubleshooting.md, and shows that its fix works. */

import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { isCI } from '../ci.ts'
import { path } from '../conformance/bundle.ts'
import { closeBrowser } from '../consumers/browser.ts'
import { PATIENCE } from './program.ts'
import { CONNECTIONS } from './symptoms/connections.ts'
import { MESSAGES } from './symptoms/messages.ts'
import { PAGES } from './symptoms/pages.ts'
import { Scene } from './symptoms/scene.ts'

const SYMPTOMS = { ...MESSAGES, ...CONNECTIONS, ...PAGES }

const page = readFileSync(path('docs/guides/troubleshooting.md'), 'utf8')
const HEADINGS = Array.from(page.matchAll(/^## (.*)$/gm), ([, heading = '']) => heading).slice(1)

afterAll(closeBrowser)

test('each symptom is tested, and is in the list at the top', () => {
  expect(Object.keys(SYMPTOMS).sort()).toEqual([...HEADINGS].sort())
  expect(Array.from(page.matchAll(/^- \[(.*)\]\(#[\w-]+\)$/gm), ([, title]) => title)).toEqual(HEADINGS)
})

describe.concurrent.each(Object.entries(SYMPTOMS))('%s', (_, symptoms) => {
  for (const { fact, without, run } of symptoms) {
    test(fact, { timeout: 2 * PATIENCE }, async (context) => {
      if (!isCI()) context.skip(without !== undefined, without)
      expect(without).toBe(undefined)
      await run(new Scene(context))
    })
  }
})
