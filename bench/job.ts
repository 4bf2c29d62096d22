/** Runs a job in a separate process. */

import { execFile } from 'node:child_process'
import { path } from '../test/conformance/bundle.ts'

export interface Job {
  /** Name of the module in `in-child`. */
  measure: string
  /** Name of the module in `contenders`. */
  contender: string
  /** URL to follow. */
  url: string
  /** Number of messages or connections, depending on the measure. */
  count: number
}

/** Time limit of a job, in ms. */
const LIMIT = 120_000

export const NODE = [process.execPath, '--expose-gc', '--no-warnings']

/** Runs a job with a runtime's command, and returns its report. */
export function runJob<Report>(job: Job, [binary = '', ...args]: string[] = NODE): Promise<Report> {
  return new Promise((resolve, reject) => {
    const own = [...args, path('bench/child.ts'), JSON.stringify(job)]
    execFile(binary, own, { timeout: LIMIT }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${job.contender}: ${error.killed ? 'timed out' : error.message}\n${stderr}`))
      else resolve(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report)
    })
  })
}
