/** A contender's process: runs the job given as JSON, and prints the result as one line of JSON. */

import { load, type Follow } from './contenders/contender.ts'
import type { Job } from './job.ts'

const job = JSON.parse(process.argv[2] ?? '') as Job
const { measure } = (await import(`./in-child/${job.measure}.ts`)) as {
  measure: (follow: Follow, job: Job) => unknown
}
console.log(JSON.stringify(await measure(await load(job.contender), job)))
process.exit(0)
