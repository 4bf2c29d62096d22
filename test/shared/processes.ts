/** Finds the content process of a tab; on Linux only. */

import { readFileSync, readdirSync } from 'node:fs'

/** How long a tab is busy at a time, in ms, and how much of it its process must have used in total, in ticks of 10 ms. */
const BUSY = 100
const LEAST_TICKS = 8

const TRIES = 50

/** Uses the CPU for a while. */
export const BUSY_LOOP = `(() => { const end = performance.now() + ${BUSY}; while (performance.now() < end); })()`

interface Process {
  id: number
  parent: number
  /** CPU time, in ticks. */
  ticks: number
}

/**
 * Returns the process that uses the CPU while the tab is busy. No browser reveals it.
 *
 * @param names occurs in the names or commands of content processes only
 */
export async function processOf(names: string, keepBusy: () => Promise<unknown>): Promise<number> {
  const before = new Map(contentProcesses(names).map(({ id, ticks }) => [id, ticks]))
  for (let i = 0; i < TRIES; i++) {
    await keepBusy()
    const used = contentProcesses(names)
      .map(({ id, ticks }) => ({ id, ticks: ticks - (before.get(id) ?? ticks) }))
      .sort((one, other) => other.ticks - one.ticks)
    const [most, second] = used
    if (most && most.ticks >= LEAST_TICKS && most.ticks > 2 * (second?.ticks ?? 0)) return most.id
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
