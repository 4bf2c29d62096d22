/**
 * The table of runtimes in docs/reference/runtimes.md and the README, made from what runs of the suite have left in `.cache`:
 * `npm run docs:runtimes` writes it, with `-- --check` it only says whether the table that is there holds.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { isCI } from '../ci.ts'
import { path } from './bundle.ts'
import type { Result } from './suite.ts'

/** What a whole run of the suite has found. */
interface Run {
  /** Name and version of the runtime, and where in it the suite ran. */
  title: string
  groups: Record<string, { passed: number; total: number }>
  /** Of exceptions, by their reasons: the names of the tests. */
  excepted: Record<string, string[]>
}

const RUNS = path('.cache/runs')
const PAGE = path('docs/reference/runtimes.md')
const README = path('README.md')

/** Where in a page the table stands. */
const MARKS = ['<!-- The table of runtimes -->', '<!-- Its end -->'] as const

const ORDER = ['node', 'deno', 'bun', 'workerd', 'miniflare', 'edge-runtime', 'chromium', 'firefox', 'webkit']

/** The exception that is everybody's. */
const TRUSTED = 'fact 15: events are trusted'

/** Keeps what a whole run has found. */
export function keepRun(runtime: string, title: string, results: readonly Result[]): void {
  const run: Run = { title, groups: {}, excepted: {} }
  for (const { name, group = '', outcome, reason = '' } of results) {
    const counts = (run.groups[group] ??= { passed: 0, total: 0 })
    counts.total++
    if (outcome === 'passed') counts.passed++
    if (outcome === 'excepted') (run.excepted[reason] ??= []).push(name.replace(/^(case ".*"), .*/, '$1'))
  }
  mkdirSync(RUNS, { recursive: true })
  writeFileSync(`${RUNS}/${runtime.replaceAll(' ', '-')}.json`, JSON.stringify(run))
}

function readRuns(): Run[] {
  const rank = (name: string): number => ORDER.findIndex((runtime) => name.startsWith(runtime))
  const names = existsSync(RUNS) ? readdirSync(RUNS) : []
  const places = ['page', 'dedicated', 'shared', 'service']
  const place = (name: string): number => places.findIndex((each) => name.includes(each))
  return names
    .sort((a, b) => rank(a) - rank(b) || place(a) - place(b) || (a < b ? -1 : 1))
    .map((name) => JSON.parse(readFileSync(`${RUNS}/${name}`, 'utf8')) as Run)
}

const row = (cells: string[]): string => `| ${cells.join(' | ')} |`

function groupsOf(runs: Run[]): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(run.groups)))]
}

function rowsOf(runs: Run[]): string[] {
  const groups = groupsOf(runs)
  return runs.map(({ title, groups: counts }) =>
    row([title, ...groups.map((group) => `${counts[group]?.passed ?? 0}/${counts[group]?.total ?? 0}`)]),
  )
}

function tableOf(runs: Run[]): string {
  const groups = groupsOf(runs)
  return [row(['', ...groups]), row(['---', ...groups.map(() => '--:')]), ...rowsOf(runs)].join('\n')
}

/** A list of what is excepted: its reason, where, and the tests. */
function exceptionsOf(runs: Run[]): string {
  const byReason = new Map<string, { tests: Set<string>; titles: string[] }>()
  for (const { title, excepted } of runs) {
    for (const [reason, tests] of Object.entries(excepted)) {
      const known = byReason.get(reason) ?? { tests: new Set(), titles: [] }
      for (const test of tests) known.tests.add(test)
      byReason.set(reason, { ...known, titles: [...known.titles, title] })
    }
  }
  return [...byReason]
    .map(([reason, { tests, titles }]) => {
      const where = tests.has(TRUSTED)
        ? 'everywhere'
        : [...new Set(titles.map((title) => title.split(',')[0]))].join(', ')
      return `- ${where}: ${reason} (${[...tests].join('; ')})`
    })
    .join('\n')
}

/** The page with the part between the marks replaced. */
function withTable(page: string, content: string): string {
  const [start, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number]
  if (start < 0 || end < start) throw new Error(`the page lacks the marks ${MARKS.join(' and ')}`)
  return `${page.slice(0, start + MARKS[0].length)}\n\n${content}\n\n${page.slice(end)}`
}

/** Without versions and the widths of columns, which say nothing about whether the numbers hold. */
function bare(text: string): string {
  return text
    .replaceAll(/ v?\d+(?:\.\d+)+\w*/g, '')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/-+/g, '-')
}

/** Whether a page says what has been made; where a runtime could not run, whether it says so of the others. */
function isCurrent(page: string, made: string, runs: Run[]): boolean {
  if (bare(page) === bare(made)) return true
  return !isCI() && rowsOf(runs).every((each) => bare(page).includes(bare(each)))
}

if (process.argv[1] === import.meta.filename) {
  const runs = readRuns()
  const pages = [
    { file: README, content: tableOf(runs) },
    { file: PAGE, content: `${tableOf(runs)}\n\n## Exceptions\n\n${exceptionsOf(runs)}` },
  ]
  for (const { file, content } of pages) {
    const page = readFileSync(file, 'utf8')
    const made = withTable(page, content)
    if (!process.argv.includes('--check'))
      writeFileSync(file, await format(made, { ...(await resolveConfig(file)), filepath: file }))
    else if (!isCurrent(page, made, runs)) {
      console.log(`  ${file} is not current: npm run docs:runtimes after a whole run. It should say:\n${content}`)
      process.exitCode = 1
    }
  }
}
