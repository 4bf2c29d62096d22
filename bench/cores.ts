/** Processor cores of their own, where the system can be told. */

import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { NODE } from './job.ts'

/**
 * Does something while the server has a core of its own. Left to the system, server and contender sometimes share one, and
 * that decides more than what is measured.
 *
 * @param work is given the command that keeps a contender to another core, or undefined where the system cannot be told
 */
export async function withCores<T>(serverPid: number, work: (command: string[] | undefined) => Promise<T>): Promise<T> {
  const cores = coresHere()
  const [servers, contenders] = cores
  if (servers === undefined || contenders === undefined || !keepTo(serverPid, [servers])) return work(undefined)
  try {
    return await work([...onCore(contenders), ...NODE])
  } finally {
    keepTo(serverPid, cores)
  }
}

/** The cores that this process may have: on Linux, with util-linux; else none are known. */
function coresHere(): string[] {
  const { status, stdout } = taskset('--pid', String(process.pid))
  // Such as "pid 42's current affinity list: 0-2,5".
  const list = status === 0 ? (stdout.trim().split(' ').at(-1) ?? '') : ''
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => String(first + index))
  })
}

/** What comes before a command to keep it to one core. */
function onCore(core: string): string[] {
  return ['taskset', '--cpu-list', core]
}

/** Keeps a process that runs, with all its threads, to these cores: whether that was done. */
function keepTo(pid: number, cores: string[]): boolean {
  return taskset('--all-tasks', '--pid', cores.join(','), String(pid)).status === 0
}

function taskset(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync('taskset', ['--cpu-list', ...args], { encoding: 'utf8' })
}
