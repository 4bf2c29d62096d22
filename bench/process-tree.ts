/** CPU time of processes with all their descendants, from `/proc`. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** CPU time by process ID, in ms. */
export type Times = Map<number, number>

interface Process {
  pid: number
  parent: number
  /** In ms. */
  cpu: number
}

/** Clock ticks per second: the same in every Linux that Node runs on. */
const TICKS = 100

export const hasProcesses = (): boolean => existsSync('/proc/self/stat')

/** CPU times of a process and its descendants, without those of the process `but`. */
export function timesOf(root: number, but = NaN): Times {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const processes = all.flatMap((pid) => readProcess(Number(pid)) ?? [])
  const times: Times = new Map()
  const add = ({ pid, cpu }: Process): void => {
    if (pid === but) return
    times.set(pid, cpu)
    for (const process of processes) if (process.parent === pid) add(process)
  }
  for (const process of processes) if (process.pid === root) add(process)
  return times
}

/** CPU time used between two readings, in ms. A process that has ended meanwhile does not count. */
export function used(before: Times, after: Times): number {
  return [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0)
}

/** Undefined if the process has ended meanwhile. */
function readProcess(pid: number): Process | undefined {
  try {
    // The name, in parentheses, may contain anything. After it are the state and the parent.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ').map(Number)
    const [, parent = NaN] = fields
    const [utime = NaN, stime = NaN] = fields.slice(11)
    return { pid, parent, cpu: ((utime + stime) * 1_000) / TICKS }
  } catch {
    return undefined
  }
}
