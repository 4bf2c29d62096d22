/** The README stays short, and its figures are those of the benchmarks. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { path } from '../conformance/bundle.ts'

const readme = readFileSync(path('README.md'), 'utf8')
const benchmarks = readFileSync(path('docs/background/benchmarks.md'), 'utf8')

/** Two screens. */
const MAX_LINES = 150
const MAX_WORDS = 1_300

test('the README has at most 150 lines and 1,300 words', () => {
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(MAX_LINES)
  expect(readme.split(/\s+/).length).toBeLessThanOrEqual(MAX_WORDS)
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

test('the speeds are those of the benchmarks', () => {
  const [, burst, single] = /messages take (\d+)% less .* (\d+)% more one at a time/s.exec(readme) ?? []
  const [, ofBurst] = /100 per chunk: CPU relative to eventsource +\| +[\d.]+ \| +([\d.]+) /.exec(benchmarks) ?? []
  const [, ofSingle] = /1 per chunk: CPU relative to eventsource +\| +[\d.]+ \| +([\d.]+) /.exec(benchmarks) ?? []
  const percent = (ratio = ''): string => String(Math.round(Math.abs(1 - Number(ratio)) * 100))
  expect([burst, single]).toEqual([percent(ofBurst), percent(ofSingle)])
})

test('the scores of web-platform-tests are those of the run', () => {
  const page = readFileSync(path('docs/wpt.md'), 'utf8')
  const scoreIn = (runtime: string): string | undefined =>
    new RegExp(String.raw`^\| \*\*everysource .*?\| ${runtime} [\d.]+ +\| +(\S+) `, 'm').exec(page)?.[1]
  const [, inBrowsers, ofAll, inWebKit, onServers, ofServers] =
    /passes (\d+) of (\d+) core .*? in Chromium\s+and Firefox, (\d+) in WebKit, and (\d+) of (\d+) in Node, Deno and Bun/s.exec(
      readme,
    ) ?? []
  for (const runtime of ['Chromium', 'Firefox']) expect(scoreIn(runtime)).toBe(`${inBrowsers}/${ofAll}`)
  expect(scoreIn('WebKitGTK')).toBe(`${inWebKit}/${ofAll}`)
  for (const runtime of ['Node', 'Deno', 'Bun']) expect(scoreIn(runtime)).toBe(`${onServers}/${ofServers}`)
})

test('the index of the docs answers these questions', () => {
  const index = readFileSync(path('docs/README.md'), 'utf8')
  const questions = [...index.matchAll(/^\| ([a-z][^|]*?) +\| \[[^\]]+\]\([^)]+\)/gm)].map(([, question]) => question)
  expect(questions).toEqual([
    'send a header',
    'send a POST',
    'stop on 401',
    'refresh a token',
    'notice a dead connection',
    'share a connection among tabs',
    'start from an event ID',
    'know what 204 does',
    'use a proxy in Node',
    'use it in React',
    'test my code',
    'debug my program',
    'see what is on the wire',
    'migrate from another package',
    'report a bug',
  ])
})
