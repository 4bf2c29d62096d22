/** What becomes of connections when their page is hidden and shown again, in earnest, on both packages. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { ending, refused, Stream } from '../conformance/harness.ts'
import type { Answer, LoggedRequest } from '../server/program.ts'
import type { Package } from './entry.ts'
import { open } from './story.ts'
import type { Page, Window } from './window.ts'

/** What a check is given. */
interface Scene {
  page: Page
  served: Stream
  /** Hides the page, shows it; resolve when the page knows. */
  hide: () => Promise<void>
  show: () => Promise<void>
  /** What the program has called so far. */
  calls: () => Promise<string[]>
  /** The same, without waiting for the page. */
  ways: Way
  /** Whether this is the original, so that what only it does can be waited for instead of looked for after a while. */
  isOriginal: boolean
}

/** How a page is hidden and shown. */
interface Way {
  hide: (page: Page) => Promise<void>
  show: (page: Page) => Promise<void>
}

interface Check {
  name: string
  answers: Answer[]
  /** Members of the init, as a page's script has them, besides those that write calls down. */
  init?: string
  /** Not when the page is there, but when the check says so. */
  startsLater?: true
  /** What it comes down to. */
  show: (scene: Scene) => Promise<unknown>
  /** Left out where it depends on the moment. */
  original?: unknown
  ours: unknown
  /** The original does otherwise, and should not. */
  isMended?: true
  /** Whether it is tried with each way to hide a page. */
  bothWays?: true
}

/** How long something may be waited for, in ms. Says only when to stop. */
const PATIENCE = 120_000
/** Longer than what should not happen would take, in ms. */
const A_WHILE = 1_200
/** Longer than that wait: Chromium lets the timers of hidden pages run once a second. */
const A_WHILE_FAILING = 5_000

const ids = (requests: LoggedRequest[]): unknown[] => requests.map(({ lastEventId }) => lastEventId ?? null)
const live = (requests: LoggedRequest[]): number => requests.filter(({ endedAt }) => endedAt === null).length

const same = (outcome: unknown): { original: unknown; ours: unknown } => ({ original: outcome, ours: outcome })

/** Waits after a failure for longer than a busy browser takes to hide and show a page. */
const FAILING = 'onerror() { calls.push("onerror"); return 3_000 }'

export const CHECKS: Check[] = [
  {
    name: 'hidden, the connection is closed; shown, there is another, with the last ID',
    answers: [open('id: 1\ndata: one\n\n'), open('id: 2\ndata: two\n\n')],
    show: async ({ served, hide, show, calls }) => {
      await until(async () => (await calls()).includes('one'))
      await hide()
      await served.log({ closed: 1, patience: PATIENCE })
      await delay(A_WHILE)
      const hidden = (await served.log()).requests.length
      await show()
      await until(async () => (await calls()).includes('two'))
      const { requests } = await served.log({ requests: 2, patience: PATIENCE })
      return { hidden, ids: ids(requests), live: live(requests), calls: await calls() }
    },
    ...same({ hidden: 1, ids: [null, '1'], live: 1, calls: ['onopen', 'one', 'onopen', 'two'] }),
    bothWays: true,
  },
  {
    name: 'hidden while it connects, shown: another request',
    answers: [{ before: 'over' }, open('data: one\n\n')],
    show: async ({ served, hide, show, calls }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await hide()
      await served.log({ closed: 1, patience: PATIENCE })
      await show()
      const { requests } = await served.log({ requests: 2, patience: PATIENCE })
      await until(async () => (await calls()).includes('one'))
      return { live: live(requests), calls: await calls() }
    },
    ...same({ live: 1, calls: ['onopen', 'one'] }),
  },
  {
    name: 'hidden when it begins, it connects all the same',
    answers: [open('data: one\n\n')],
    startsLater: true,
    show: async ({ served, hide, calls, page }) => {
      await hide()
      await page.evaluate('begin()')
      const { requests } = await served.log({ requests: 1, patience: PATIENCE })
      await until(async () => (await calls()).includes('one'))
      return live(requests)
    },
    ...same(1),
  },
  {
    name: 'with openWhenHidden it stays',
    answers: [
      { steps: [{ write: 'data: one\n\n' }, { gate: 'hidden' }, { write: 'data: two\n\n' }, { gate: 'over' }] },
    ],
    init: 'openWhenHidden: true',
    show: async ({ served, hide, show, calls }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await hide()
      await served.openGate('hidden')
      await until(async () => (await calls()).includes('two'))
      await show()
      const { requests } = await served.log()
      return { live: live(requests), requests: requests.length, calls: await calls() }
    },
    ...same({ live: 1, requests: 1, calls: ['onopen', 'one', 'two'] }),
  },
  {
    name: 'once it is over, nothing comes back',
    answers: [ending('data: one\n\n')],
    show: async ({ served, hide, show, calls }) => {
      await until(async () => (await calls()).includes('resolved'))
      await hide()
      await show()
      await delay(A_WHILE)
      return (await served.log()).requests.length
    },
    ...same(1),
  },
  {
    name: 'aborted while hidden, nothing comes back',
    answers: [open('data: one\n\n')],
    show: async ({ served, hide, show, calls, page }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await hide()
      await page.evaluate('controller.abort()')
      await until(async () => (await calls()).includes('resolved'))
      await show()
      await delay(A_WHILE)
      return (await served.log()).requests.length
    },
    ...same(1),
  },
  {
    name: 'hidden and shown ten times, one connection is left',
    answers: [open('data: one\n\n')],
    show: async ({ served, hide, show }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await tenTimes(hide, show)
      return settled(served)
    },
    ...same(1),
    bothWays: true,
  },
  {
    name: 'hidden and shown ten times, faster than the page can tell, one connection is left',
    answers: [open('data: one\n\n')],
    show: async ({ served, page, ways, show }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await Promise.all(Array.from({ length: 10 }, () => [ways.hide(page), ways.show(page)]).flat())
      await show()
      return settled(served)
    },
    // Of the original there are two or three, as a rule.
    ours: 1,
    isMended: true,
    bothWays: true,
  },
  {
    name: 'hidden and shown ten times while onopen takes its time, one connection is left, and no error comes of it',
    answers: [open('data: one\n\n')],
    init: 'async onopen() { await opened }',
    show: async ({ served, hide, show, calls, page, isOriginal }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await tenTimes(hide, show)
      await page.evaluate('letOpen()')
      await until(async () => (await calls()).includes('one'))
      const isOne = (await settled(served, isOriginal)) === 1
      const errors = (await calls()).filter((call) => call.startsWith('onerror'))
      return { isOne, has: errors.length > 0 ? 'errors' : 'no errors' }
    },
    original: { isOne: false, has: 'errors' },
    ours: { isOne: true, has: 'no errors' },
    isMended: true,
  },
  {
    name: 'hidden while it waits, there is no request until it is shown',
    answers: [refused(503), open('data: one\n\n')],
    init: FAILING,
    show: async ({ served, hide, show, calls, isOriginal }) => {
      await until(async () => (await calls()).includes('onerror'))
      await hide()
      await (isOriginal ? served.log({ requests: 2, patience: PATIENCE }) : delay(A_WHILE_FAILING))
      const hidden = (await served.log()).requests.length
      await show()
      // The original takes its own abort of the second for a failure, and connects once more.
      await served.log({ requests: hidden + (isOriginal ? 2 : 1), patience: PATIENCE })
      return { hidden, live: await settled(served, isOriginal) }
    },
    original: { hidden: 2, live: 2 },
    ours: { hidden: 1, live: 1 },
    isMended: true,
  },
  {
    name: 'hidden and shown while it waits, there is one connection, and the wait is over',
    answers: [refused(503), open('data: one\n\n')],
    init: FAILING,
    show: async ({ served, hide, show, calls, isOriginal }) => {
      await until(async () => (await calls()).includes('onerror'))
      await hide()
      await show()
      // Of the original, another comes when the wait is over.
      await (isOriginal ? served.log({ requests: 3, patience: PATIENCE }) : delay(A_WHILE_FAILING))
      return settled(served, isOriginal)
    },
    original: 2,
    ours: 1,
    isMended: true,
  },
]

/** The script of the page. */
function program(name: Package, url: string, { init = '', startsLater }: Check): string {
  return `
    calls = []
    changes = []
    opened = new Promise((resolve) => (letOpen = resolve))
    controller = new AbortController()
    document.addEventListener('visibilitychange', () => changes.push(document.visibilityState))
    begin = () => {
      dropIn.LIBRARIES.${name}.fetchEventSource('${url}', {
        signal: controller.signal,
        async onopen(response) {
          calls.push('onopen')
          if (!response.ok) throw new Error(response.status)
        },
        onmessage: ({ data }) => calls.push(data),
        onclose: () => calls.push('onclose'),
        onerror: (error) => void calls.push('onerror ' + error.name),
        ${init}
      }).then(() => calls.push('resolved'), (error) => calls.push('rejected ' + error))
    }
    ${startsLater ? '' : 'begin()'}`
}

const WAYS: Record<string, Way> = {
  'by another tab': { hide: (page) => page.coverUp(), show: (page) => page.uncover() },
  'with its window': { hide: (page) => page.minimize(), show: (page) => page.restore() },
}

/** The checks, each of which opens a page in a window of either package's own. */
export function visibilityChecks(
  origins: string[],
): { name: string; run: (windows: Record<Package, Window>) => Promise<void> }[] {
  return Object.entries(WAYS).flatMap(([name, way], i) =>
    CHECKS.filter(({ bothWays }) => bothWays ?? i === 0).map((check) => ({
      name: `${check.isMended ? 'mended: ' : ''}${check.name} (${name})`,
      run: async (windows) => {
        const packages = (['original', 'ours'] as const).filter((name) => name in check)
        const outcomes = await Promise.all(
          packages.map(async (name) => {
            const page = await windows[name].page(`${origins[0] ?? ''}/drop-in.html`)
            try {
              return await outcome(check, name, page, origins, way)
            } finally {
              await way.show(page)
              await page.close()
            }
          }),
        )
        for (const [i, name] of packages.entries()) assert.deepEqual(outcomes[i], check[name], name)
      },
    })),
  )
}

async function outcome(check: Check, name: Package, page: Page, origins: string[], ways: Way): Promise<unknown> {
  const [origin = '', server = origin] = [origins[0], origins.at(-1)]
  const response = await fetch(`${server}/programs`, { method: 'POST', body: JSON.stringify(check.answers) })
  const served = new Stream(server, origin, await response.text())
  await until(async () => (await page.evaluate('typeof dropIn')) === 'object')
  assert.equal(await page.evaluate('document.visibilityState'), 'visible')
  await page.evaluate(program(name, served.url, check))
  const change = (act: (page: Page) => Promise<void>, state: string) => async (): Promise<void> => {
    await act(page)
    await until(async () => (await page.evaluate('changes.at(-1) ?? document.visibilityState')) === state)
  }
  const result = await check.show({
    page,
    served,
    ways,
    isOriginal: name === 'original',
    hide: change(ways.hide, 'hidden'),
    show: change(ways.show, 'visible'),
    calls: async () => (await page.evaluate('calls')) as string[],
  })
  await served.openGate('over')
  return result
}

/**
 * How many connections are left in the end: one as soon as it has been one for a while. Chromium keeps a connection for up to
 * five seconds that is aborted right after something has come.
 *
 * @param isMore whether more than one is left, so that it need not be waited for that they end
 */
async function settled(served: Stream, isMore = false): Promise<number> {
  const count = async (): Promise<number> => live((await served.log()).requests)
  const end = performance.now() + (isMore ? 7_000 : PATIENCE)
  for (let since = performance.now(); performance.now() < end && performance.now() - since < A_WHILE;) {
    await delay(50)
    if ((await count()) !== 1) since = performance.now()
  }
  return count()
}

async function tenTimes(hide: () => Promise<void>, show: () => Promise<void>): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await hide()
    await show()
  }
}

/** Resolves when the condition holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to that')
    await delay(50)
  }
}
