/** Finds the content process of a tab; on Linux only. */

import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** How long a tab is idle, and then busy, in ms. */
const SPAN = 100
/** How much more of the busy times its process must have used in total, in ticks of 10 ms. */
const LEAST_TICKS = 8
/** How often at least: another process may be busy by chance. */
const LEAST_TRIES = 2

const TRIES = 50

/** Uses the CPU for a while. */
export const BUSY_LOOP = `(() => { const end = performance.now() + ${SPAN}; while (performance.now() < end); })()`

interface Process {
  id: number
  parent: number
  /** CPU time, in ticks. */
  ticks: number
}

/**
 * Returns the process that uses more of the CPU while the tab is busy than while it is idle. No browser reveals it.
 *
 * @param names occurs in the names or commands of content processes only
 */
export async function processOf(names: string, keepBusy: () => Promise<unknown>): Promise<number> {
  const used = new Map<number, number>()
  const measure = async (span: () => Promise<unknown>, sign: 1 | -1): Promise<void> => {
    const before = new Map(contentProcesses(names).map(({ id, ticks }) => [id, ticks]))
    await span()
    for (const { id, ticks } of contentProcesses(names)) {
      used.set(id, (used.get(id) ?? 0) + sign * (ticks - (before.get(id) ?? ticks)))
    }
  }
  for (let i = 1; i <= TRIES; i++) {
    await measure(() => delay(SPAN), -1)
    await measure(keepBusy, 1)
    const [most, second] = [...used].sort(([, one], [, other]) => other - one)
    const [id, ticks] = most ?? [0, 0]
    if (i >= LEAST_TRIES && ticks >= LEAST_TICKS && ticks > 2 * (second?.[1] ?? 0)) return id
  }
  throw new Error(`No process named ${names} was busy`)
}

/** Descendants of this process with such a name or command. */
function contentProcesses(names: string): Process[] {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((id) => read(Number(id)))
      .filter((it) => it !== undefined)
      .map((it) => [it.id, it]),
  )
  const isOurs = ({ parent }: Process): boolean => {
    if (parent === process.pid) return true
    const next = all.get(parent)
    return next !== undefined && isOurs(next)
  }
  return [...all.values()].filter((it) => isOurs(it) && describe(it.id).includes(names))
}

function read(id: number): Process | undefined {
  // The name is in parentheses and may contain spaces.
  const [, fields = ''] = /\) \S (.*)/s.exec(readProc(id, 'stat')) ?? []
  const numbers = fields.split(' ').map(Number)
  return fields === '' ? undefined : { id, parent: numbers[0] ?? 0, ticks: (numbers[10] ?? 0) + (numbers[11] ?? 0) }
}

function describe(id: number): string {
  return readProc(id, 'comm') + readProc(id, 'cmdline')
}

/** Empty once the process has exited. */
function readProc(id: number, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
