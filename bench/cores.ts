/** Assigns processes to separate processor cores, if the system allows it. */

import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { NODE } from './job.ts'

/**
 * Runs work while the server is pinned to one core. Otherwise the system sometimes runs server and contender on the same core, which
 * changes the figures more than the contender does.
 *
 * @param work receives the command that pins a contender to another core, or undefined if the system has no `taskset`
 */
export async function withCores<T>(serverPid: number, work: (command: string[] | undefined) => Promise<T>): Promise<T> {
  const cores = coresHere()
  const [servers, contenders] = cores
  if (servers === undefined || contenders === undefined || !pin(serverPid, [servers])) return work(undefined)
  try {
    return await work([...onCore(contenders), ...NODE])
  } finally {
    pin(serverPid, cores)
  }
}

/** Cores available to this process; an empty list without `taskset` of util-linux. */
function coresHere(): string[] {
  const { status, stdout } = taskset('--pid', String(process.pid))
  // For example "pid 42's current affinity list: 0-2,5"
  const list = status === 0 ? (stdout.trim().split(' ').at(-1) ?? '') : ''
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => String(first + index))
  })
}

/** Command prefix that pins a process to one core. */
function onCore(core: string): string[] {
  return ['taskset', '--cpu-list', core]
}

/** Pins all threads of a running process to these cores. Returns whether it succeeded. */
function pin(pid: number, cores: string[]): boolean {
  return taskset('--all-tasks', '--pid', cores.join(','), String(pid)).status === 0
}

function taskset(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync('taskset', ['--cpu-list', ...args], { encoding: 'utf8' })
}
