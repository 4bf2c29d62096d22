/** Processor cores of their own, where the system can be told. */

import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Whether processes can be kept to a core: on Linux, with util-linux. */
export function canChooseCores(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
}

/** What comes before a command to keep it to one core. */
export function onCore(core: number): string[] {
  return ['taskset', '--cpu-list', String(core)]
}

/** Keeps a process that runs, with all its threads, to one core; without one it may have all of them again. */
export function keepTo(pid: number, core?: number): void {
  const cores = core === undefined ? `0-${availableParallelism() - 1}` : String(core)
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)])
}
