/** Steps of the test commands, in start order. `npm test` runs those with `quick`, `npm run test:all` all of them. */

/**
 * @typedef {object} Step
 * @property {string} name for `--only`
 * @property {string} script npm script
 * @property {number} seconds expected duration on two idle cores, used until a run has measured it
 * @property {string[]} [args] arguments of the script
 * @property {{ script?: string, seconds: number, args?: string[] }} [quick] overrides for `npm test`; without it, only full runs
 * have the step
 * @property {boolean} [large] needs packages of hundreds of megabytes: runs only with `--with-clients`
 * @property {string[]} [after] steps that must finish first
 * @property {'vitest'} [report] reads the counts from vitest's JSON report instead of the last line of output
 */

/** @type {Step[]} */
export const STEPS = [
  { name: 'format', script: 'format:check', seconds: 12, quick: { seconds: 12 } },
  { name: 'lint', script: 'lint', seconds: 24, quick: { seconds: 24 } },
  { name: 'types', script: 'types:all', seconds: 11, quick: { script: 'types', seconds: 11 } },
  { name: 'api', script: 'api:check', seconds: 4, quick: { seconds: 4 } },
  { name: 'prose', script: 'prose', seconds: 3, quick: { seconds: 3 } },
  { name: 'size', script: 'size', seconds: 1, quick: { seconds: 1 } },
  { name: 'browser', script: 'test:browser', seconds: 120, quick: { seconds: 28, args: ['--engine', 'chromium', '--place', 'page', '--ours'] } }, // prettier-ignore
  { name: 'extensions', script: 'test:extensions', seconds: 40 },
  { name: 'awake', script: 'test:awake', seconds: 80 },
  // Not beside it: both fill the machine with windows.
  { name: 'shared', script: 'test:shared', seconds: 110, after: ['awake'] },
  { name: 'hostile', script: 'test:hostile', seconds: 80 },
  { name: 'conformance', script: 'test:conformance', seconds: 27, quick: { seconds: 8, args: ['--only', 'node24'] } },
  { name: 'unit', script: 'test:unit', seconds: 15, report: 'vitest', quick: { seconds: 19 } },
  { name: 'page', script: 'test:page', seconds: 125 },
  { name: 'programs', script: 'test:programs', seconds: 80, report: 'vitest' },
  { name: 'consumers', script: 'test:consumers', seconds: 70 },
  { name: 'clients', script: 'test:clients', seconds: 60 },
  { name: 'instrumented', script: 'test:instrumented', seconds: 30 },
  { name: 'next', script: 'test:next', seconds: 15, large: true },
  { name: 'drop-in', script: 'test:drop-in', seconds: 34 },
  { name: 'servers', script: 'test:servers', seconds: 25 },
  { name: 'mutants', script: 'test:mutants', seconds: 17 },
  { name: 'bench', script: 'bench:smoke', seconds: 11 },
  { name: 'limits', script: 'test:limits', seconds: 12 },
  { name: 'processes', script: 'test:processes', seconds: 25 },
  { name: 'peers', script: 'test:peers', seconds: 31 },
  { name: 'cli', script: 'test:cli', seconds: 13 },
  { name: 'migration', script: 'test:migration', seconds: 9 },
  { name: 'package', script: 'test:package', seconds: 6 },
  { name: 'compat', script: 'test:compat', seconds: 5 },
  { name: 'runtimes-table', script: 'docs:runtimes', args: ['--check'], seconds: 1, after: ['conformance', 'browser'] },
]
