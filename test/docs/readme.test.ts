/** The README stays short, and its figures are those of the benchmarks. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { path } from '../conformance/bundle.ts'

const readme = readFileSync(path('README.md'), 'utf8')
const benchmarks = readFileSync(path('docs/background/benchmarks.md'), 'utf8')

/** Two screens. */
const MOST_LINES = 150
const MOST_WORDS = 1_300

test('the README has at most 150 lines and 1,300 words', () => {
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(MOST_LINES)
  expect(readme.split(/\s+/).length).toBeLessThanOrEqual(MOST_WORDS)
})

test('the first example starts within 15 lines', () => {
  expect(readme.split('\n').indexOf('```js')).toBeLessThan(15)
})

const sizes =
  /^\| Size, .*$/m
    .exec(readme)?.[0]
    .split('|')
    .map((cell) => cell.trim()) ?? []

test.for([
  ['everysource, `EventSource` alone', sizes[2]],
  ['everysource, `EventSource` alone', /gzip-([\d.]+)_kB/.exec(readme)?.[1]],
  ['everysource, `streamEvents` alone', /`streamEvents` alone is ([\d.]+) kB/.exec(readme)?.[1]],
  ['eventsource', sizes[4]],
  ['@microsoft/fetch-event-source', sizes[5]],
  ['eventsource-client', sizes[6]],
] as const)('the size of %s is that of the benchmarks', ([name, size]) => {
  const [, table = ''] = benchmarks.split('| minified and gzipped ')
  const row = table.split('\n').find((line) => line.startsWith(`| ${name} `))
  expect(row?.split('|').at(-2)?.trim()).toBe(size)
})

test('the speed is that of the benchmarks', () => {
  const [, microseconds, ratio] = /Speed:\*\* .*? ([\d.]+) µs .*? ([\d.]+) times/s.exec(readme) ?? []
  const [, cpu] = /^\| everysource, `EventSource` +\| +([\d.]+) /m.exec(benchmarks) ?? []
  const [, against] = /100 per chunk: CPU relative to eventsource +\| +[\d.]+ \| +([\d.]+) /.exec(benchmarks) ?? []
  expect(microseconds).toBe(Number(cpu).toFixed(2))
  expect(ratio).toBe(against)
})
