/** Connections of pages that are really hidden and shown again, with both packages. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { ending, refused, Stream } from '../conformance/harness.ts'
import type { Answer, LoggedRequest } from '../server/program.ts'
import type { Package } from './entry.ts'
import { open } from './scenario.ts'
import type { Page, Window } from '../browser/window.ts'

/** The arguments of a check. */
interface Scene {
  page: Page
  served: Stream
  /** Hide and show the page; resolve after its `visibilitychange` event. */
  hide: () => Promise<void>
  show: () => Promise<void>
  /** The program's calls so far. */
  calls: () => Promise<string[]>
  /** Hides and shows the page without waiting for the event. */
  method: HideMethod
  /** Whether this is the original. A check can then wait for a request that only the original sends. */
  isOriginal: boolean
}

/** A way to hide and show a page. */
interface HideMethod {
  hide: (page: Page) => Promise<void>
  show: (page: Page) => Promise<void>
}

interface Check {
  name: string
  answers: Answer[]
  /** More members of the init, as source text. */
  init?: string
  /** The check starts the program, instead of the page. */
  startsLater?: true
  /** The result to compare. */
  show: (scene: Scene) => Promise<unknown>
  /** Absent if it depends on timing. */
  original?: unknown
  ours: unknown
  /** The original has a bug here. */
  isFix?: true
  /** Whether to run it with each method. */
  bothMethods?: true
}

/** The longest wait for a condition, in ms. */
const PATIENCE = 120_000
/** Long enough to be sure that nothing happens, in ms. */
const A_WHILE = 1_200
/** Longer than the wait of `FAILING`: Chromium runs the timers of hidden pages once a second. */
const A_WHILE_FAILING = 5_000

const ids = (requests: LoggedRequest[]): unknown[] => requests.map(({ lastEventId }) => lastEventId ?? null)
const live = (requests: LoggedRequest[]): number => requests.filter(({ endedAt }) => endedAt === null).length

const same = (outcome: unknown): { original: unknown; ours: unknown } => ({ original: outcome, ours: outcome })

/** Waits after a failure longer than a busy browser takes to hide and show a page. */
const FAILING = 'onerror() { calls.push("onerror"); return 3_000 }'

export const CHECKS: Check[] = [
  {
    name: 'closes the connection while hidden, and reopens it with the last ID when shown',
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
    bothMethods: true,
  },
  {
    name: 'hidden while connecting, it connects again when shown',
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
    name: 'started while hidden, it connects anyway',
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
    name: 'with openWhenHidden the connection stays open',
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
    name: 'after the end it does not reconnect when shown',
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
    name: 'aborted while hidden, it does not reconnect when shown',
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
    bothMethods: true,
  },
  {
    name: 'after hiding and showing the page ten times quickly, one connection remains',
    answers: [open('data: one\n\n')],
    show: async ({ served, page, method, show }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await Promise.all(Array.from({ length: 10 }, () => [method.hide(page), method.show(page)]).flat())
      await show()
      return settled(served)
    },
    // The original usually has two or three.
    ours: 1,
    isFix: true,
    bothMethods: true,
  },
  {
    name: 'hidden and shown ten times during a slow onopen, one connection is left, and no error fires',
    answers: [open('data: one\n\n')],
    init: 'async onopen() { await opened }',
    show: async ({ served, hide, show, calls, page, isOriginal }) => {
      await served.log({ requests: 1, patience: PATIENCE })
      await tenTimes(hide, show)
      await page.evaluate('finishOpen()')
      await until(async () => (await calls()).includes('one'))
      const isOne = (await settled(served, isOriginal)) === 1
      const errors = (await calls()).filter((call) => call.startsWith('onerror'))
      return { isOne, has: errors.length > 0 ? 'errors' : 'no errors' }
    },
    original: { isOne: false, has: 'errors' },
    ours: { isOne: true, has: 'no errors' },
    isFix: true,
  },
  {
    name: 'hidden while it waits, it sends no request until it is shown',
    answers: [refused(503), open('data: one\n\n')],
    init: FAILING,
    show: async ({ served, hide, show, calls, isOriginal }) => {
      await until(async () => (await calls()).includes('onerror'))
      await hide()
      await (isOriginal ? served.log({ requests: 2, patience: PATIENCE }) : delay(A_WHILE_FAILING))
      const hidden = (await served.log()).requests.length
      await show()
      // The original treats its own abort of the second request as a failure, and connects once more.
      await served.log({ requests: hidden + (isOriginal ? 2 : 1), patience: PATIENCE })
      return { hidden, live: await settled(served, isOriginal) }
    },
    original: { hidden: 2, live: 2 },
    ours: { hidden: 1, live: 1 },
    isFix: true,
  },
  {
    name: 'hidden and shown while it waits, it connects once, without further wait',
    answers: [refused(503), open('data: one\n\n')],
    init: FAILING,
    show: async ({ served, hide, show, calls, isOriginal }) => {
      await until(async () => (await calls()).includes('onerror'))
      await hide()
      await show()
      // The original sends another request after the wait.
      await (isOriginal ? served.log({ requests: 3, patience: PATIENCE }) : delay(A_WHILE_FAILING))
      return settled(served, isOriginal)
    },
    original: 2,
    ours: 1,
    isFix: true,
  },
]

/** The page's script. */
function program(name: Package, url: string, { init = '', startsLater }: Check): string {
  return `
    calls = []
    changes = []
    opened = new Promise((resolve) => (finishOpen = resolve))
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

const HIDE_METHODS: Record<string, HideMethod> = {
  'by another tab': { hide: (page) => page.coverUp(), show: (page) => page.uncover() },
  'with its window': { hide: (page) => page.minimize(), show: (page) => page.restore() },
}

/** The checks. Each opens a page in a window per package. */
export function visibilityChecks(
  origins: string[],
): { name: string; run: (windows: Record<Package, Window>) => Promise<void> }[] {
  return Object.entries(HIDE_METHODS).flatMap(([name, method], i) =>
    CHECKS.filter(({ bothMethods }) => bothMethods ?? i === 0).map((check) => ({
      name: `${check.isFix ? 'fixed: ' : ''}${check.name} (${name})`,
      run: async (windows) => {
        const packages = (['original', 'ours'] as const).filter((name) => name in check)
        const outcomes = await Promise.all(
          packages.map(async (name) => {
            const page = await windows[name].page(`${origins[0] ?? ''}/drop-in.html`)
            try {
              return await outcome(check, name, page, origins, method)
            } finally {
              await method.show(page)
              await page.close()
            }
          }),
        )
        for (const [i, name] of packages.entries()) assert.deepEqual(outcomes[i], check[name], name)
      },
    })),
  )
}

async function outcome(
  check: Check,
  name: Package,
  page: Page,
  origins: string[],
  method: HideMethod,
): Promise<unknown> {
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
    method,
    isOriginal: name === 'original',
    hide: change(method.hide, 'hidden'),
    show: change(method.show, 'visible'),
    calls: async () => (await page.evaluate('calls')) as string[],
  })
  await served.openGate('over')
  return result
}

/**
 * Returns how many connections are left at the end. Returns early once exactly one has been open for a while. Chromium keeps a
 * connection for up to five seconds if it is aborted right after data has arrived.
 *
 * @param isMore whether more than one should be left, so there is no need to wait for them to close
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
    if (performance.now() > end) throw new Error('the condition was never met')
    await delay(50)
  }
}
