/** A job in a process of its own. */

import { execFile } from 'node:child_process'
import { path } from '../test/conformance/bundle.ts'

export interface Job {
  /** The module of `inside` that does it. */
  measure: string
  /** The module of `contenders` that it is done with. */
  contender: string
  /** What to follow. */
  url: string
  /** How many messages, connections or rounds, as the measure has it. */
  count: number
}

/** How long one may take, in ms. */
const LIMIT = 120_000

export const NODE = [process.execPath, '--expose-gc', '--no-warnings']

/** Runs a job with a runtime's command and returns what it reports. */
export function runJob<Report>(job: Job, [binary = '', ...args]: string[] = NODE): Promise<Report> {
  return new Promise((resolve, reject) => {
    const own = [...args, path('bench/child.ts'), JSON.stringify(job)]
    execFile(binary, own, { timeout: LIMIT }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${job.contender}: ${error.killed ? 'it did not end' : error.message}\n${stderr}`))
      else resolve(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report)
    })
  })
}
