/** Of the guide: each program as a beginner types it, in front of the guide's own servers. */

import { expect } from 'vitest'
import { EventDecoderStream, streamEvents, type StreamEvent } from '../../../src/index.ts'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { freePort } from '../../servers/port.ts'
import { blockOf } from '../blocks.ts'
import { type Program, until } from '../program.ts'
import { startProgram, type Started } from '../start-program.ts'
import type { Stage } from '../stage.ts'
import type { Facts } from './fact.ts'

const PAGE = 'docs/getting-started.md'
/** In place of a second; in folders of the tests, packages are one further up. */
const SOON = { '1000': '100' }
const SECOND_SERVER = { ...SOON, node_modules: '../node_modules' }
const LOCAL = 'http://localhost:8000'

/** The first server, whose clients come back soon. */
async function startTicks(stage: Stage, port?: number): Promise<Started> {
  const comesBackSoon = { 'let n = 0': "let n = 0\n  response.write('retry: 100\\n\\n')" }
  return startProgram(stage, blockOf(PAGE, 'A server'), { ...SOON, ...comesBackSoon }, port)
}

async function startPageServer(stage: Stage, port?: number): Promise<Started> {
  stage.write('index.html', blockOf(PAGE, 'A client in a page (2)').text)
  return startProgram(stage, blockOf(PAGE, 'A client in a page'), SECOND_SERVER, port)
}

async function startChat(stage: Stage): Promise<Started> {
  const { text, name } = blockOf(PAGE, 'A question, and an answer word by word')
  return startProgram(stage, { name, text: text.replaceAll('8001', '8000') }, { '200)\n': '5)\n' })
}

async function stop(program: Program): Promise<void> {
  program.kill()
  await until(() => {
    expect(program.isOver).toBe(true)
  })
}

export const GUIDE: Facts = {
  'A folder to work in': [
    {
      fact: 'makes a folder whose scripts may import',
      run: async (stage) => {
        await stage.run({ 'npm install everysource': 'cat package.json' }).prints('"type": "module"')
        expect(JSON.parse(stage.read('ticks/package.json'))).toMatchObject({ name: 'ticks', type: 'module' })
      },
    },
  ],

  'A server': [
    {
      fact: 'is of ten lines, and sends ticks',
      run: async (stage) => {
        expect(stage.block.text.trim().split('\n')).toHaveLength(10)
        const { origin } = await startProgram(stage, stage.block, SOON)
        const ticks: string[] = []
        for await (const { data } of streamEvents(origin)) if (ticks.push(data) === 2) break
        expect(ticks).toEqual(['tick 1', 'tick 2'])
      },
    },
  ],
  'A server (2)': [
    {
      fact: 'prints them',
      run: async (stage) => {
        const { origin } = await startTicks(stage)
        await stage.run({ [LOCAL]: origin }).prints('data: tick 1\n\ndata: tick 2\n\n')
      },
    },
  ],

  'What goes over the wire': [
    {
      fact: 'has these three events',
      run: async ({ block }) => {
        const events: StreamEvent[] = []
        const retries: number[] = []
        const comments: string[] = []
        const decoder = new EventDecoderStream({
          onRetry: (ms) => retries.push(ms),
          onComment: (comment) => comments.push(comment),
        })
        for await (const event of new Blob([block.text]).stream().pipeThrough(decoder)) events.push(event)
        expect(events).toEqual([
          { type: 'message', data: 'hello', lastEventId: '' },
          { type: 'price', data: '23.50', id: '7', lastEventId: '7' },
          { type: 'message', data: 'the first line\nand the second', lastEventId: '7' },
        ])
        expect([retries, comments]).toEqual([[2000], ['a comment, which no event comes of']])
      },
    },
  ],

  'A client in Node': [
    {
      fact: 'prints what it should, and comes back when the server does',
      run: async (stage) => {
        const first = await startTicks(stage, await freePort())
        const client = stage.run({ [LOCAL]: first.origin })
        await client.prints(blockOf(PAGE, 'A client in Node (2)').text)
        expect(client.output.startsWith(blockOf(PAGE, 'A client in Node (2)').text)).toBe(true)
        await stop(first.program)
        await client.prints('was interrupted')
        await client.prints('could not be reached')
        await startTicks(stage, first.port)
        await until(() => {
          expect(client.output).toMatch(/could not be reached[^]*connected\ntick 1\n/)
        })
      },
    },
  ],
  'A client in Node (2)': [
    {
      fact: 'begins as it should',
      run: ({ block }) => {
        expect(block.text).toBe('connected\ntick 1\ntick 2\n')
      },
    },
  ],

  'A client in a page': [
    {
      fact: 'serves the page and the package, and says of all else that it is not there',
      run: async (stage) => {
        const { origin } = await startPageServer(stage)
        const answers = await Promise.all(['/', '/everysource.js', '/none'].map((file) => fetch(`${origin}${file}`)))
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 404])
        expect(await answers[1]?.text()).toContain('everysource')
      },
    },
  ],
  'A client in a page (2)': [
    {
      fact: 'shows the ticks, goes on after the last one when the server is back, and ends with a click',
      without: missingBrowser(),
      run: async (stage) => {
        const first = await startPageServer(stage, await freePort())
        // Chromium says in the console that the server is not there.
        await withPage(first.origin, comesBack, /Failed to load resource|ERR_/)

        async function comesBack(page: Parameters<Parameters<typeof withPage>[1]>[0]): Promise<void> {
          await page.getByText('Connected', { exact: true }).waitFor()
          await page.getByText('tick 3', { exact: true }).waitFor()
          await stop(first.program)
          await page.getByText(/was interrupted|could not be reached/).waitFor()
          const seen = await page.getByRole('listitem').allTextContents()
          const { program } = await startPageServer(stage, first.port)
          await page.getByText(`tick ${seen.length + 3}`, { exact: true }).waitFor()
          const items = await page.getByRole('listitem').allTextContents()
          expect(items).toEqual(items.map((_, n) => `tick ${n + 1}`))
          expect(program.isOver).toBe(false)
          await page.getByRole('button', { name: 'Close' }).click()
          await page.getByText('Closed', { exact: true }).waitFor()
          const closed = await page.getByRole('listitem').count()
          // Three ticks later there is none more.
          await page.waitForTimeout(300)
          expect(await page.getByRole('listitem').count()).toBe(closed)
        }
      },
    },
  ],

  'Errors, and closing': [
    {
      fact: 'prints three ticks and one failure, and ends',
      run: async (stage) => {
        const { origin } = await startPageServer(stage)
        const program = stage.run({ [LOCAL]: origin })
        await program.exits()
        expect(program).toMatchObject({ errors: '', code: 0 })
        expect(program.output.split('\n').filter((line) => line.startsWith('tick'))).toEqual([
          'tick 1',
          'tick 2',
          'tick 3',
        ])
        expect(program.output).toMatch(/^failed: status The event stream at .* status 404/m)
      },
    },
  ],

  'A loop instead of events': [
    {
      fact: 'prints three ticks, and ends',
      run: async (stage) => {
        const { origin } = await startPageServer(stage)
        await stage.run({ [LOCAL]: origin }).ends({ output: '1 tick 1\n2 tick 2\n3 tick 3\nThat was enough\n' })
      },
    },
  ],

  'A question, and an answer word by word': [
    {
      fact: 'refuses what is no POST with the key',
      run: async (stage) => {
        const { origin } = await startChat(stage)
        expect((await fetch(origin)).status).toBe(401)
      },
    },
  ],
  'A question, and an answer word by word (2)': [
    {
      fact: 'prints the answer, and with another key what the server says',
      run: async (stage) => {
        const { origin } = await startChat(stage)
        const local = { 'http://localhost:8001': origin }
        await stage.run(local).ends({ output: 'You asked: What is a stream? \n' })
        const refused = stage.run({ ...local, 'my-key': 'your-key' })
        await refused.exits()
        expect(refused.errors).toMatch(/status 401.*\n\{"error":"no such key"\}\n$/)
      },
    },
  ],
}
