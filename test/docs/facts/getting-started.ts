/** Facts about docs/getting-started.md: each program runs with the guide's own servers. */

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
/** Ticks come faster than every second. In the test's folder, packages are one level up. */
const SOON = { '1000': '100' }
const SECOND_SERVER = { ...SOON, node_modules: '../node_modules' }
const LOCAL = 'http://localhost:8000'

/** The first server, with clients that reconnect soon. */
async function startTicks(stage: Stage, port?: number): Promise<Started> {
  const reconnectsSoon = { 'let n = 0': "let n = 0\n  response.write('retry: 100\\n\\n')" }
  return startProgram(stage, blockOf(PAGE, 'Write a server'), { ...SOON, ...reconnectsSoon }, port)
}

async function startPageServer(stage: Stage, port?: number): Promise<Started> {
  stage.write('index.html', blockOf(PAGE, 'Write a client in a page (2)').text)
  return startProgram(stage, blockOf(PAGE, 'Write a client in a page'), SECOND_SERVER, port)
}

async function startChat(stage: Stage): Promise<Started> {
  const { text, name } = blockOf(PAGE, 'Send a POST and stream the answer')
  return startProgram(stage, { name, text: text.replaceAll('8001', '8000') }, { '200)\n': '5)\n' })
}

async function stop(program: Program): Promise<void> {
  program.kill()
  await until(() => {
    expect(program.isOver).toBe(true)
  })
}

export const GETTING_STARTED: Facts = {
  'Create a project': [
    {
      fact: 'creates a folder whose scripts can use import',
      run: async (stage) => {
        await stage.run({ 'npm install everysource': 'cat package.json' }).prints('"type": "module"')
        expect(JSON.parse(stage.read('ticks/package.json'))).toMatchObject({ name: 'ticks', type: 'module' })
      },
    },
  ],

  'Write a server': [
    {
      fact: 'has ten lines and sends ticks',
      run: async (stage) => {
        expect(stage.block.text.trim().split('\n')).toHaveLength(10)
        const { origin } = await startProgram(stage, stage.block, SOON)
        const ticks: string[] = []
        for await (const { data } of streamEvents(origin)) if (ticks.push(data) === 2) break
        expect(ticks).toEqual(['tick 1', 'tick 2'])
      },
    },
  ],
  'Write a server (2)': [
    {
      fact: 'prints the ticks',
      run: async (stage) => {
        const { origin } = await startTicks(stage)
        await stage.run({ [LOCAL]: origin }).prints('data: tick 1\n\ndata: tick 2\n\n')
      },
    },
  ],

  'The format of a stream': [
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
        expect([retries, comments]).toEqual([[2000], ['a comment; it fires no event']])
      },
    },
  ],

  'Write a client in Node': [
    {
      fact: 'prints the ticks and reconnects to a restarted server',
      run: async (stage) => {
        const first = await startTicks(stage, await freePort())
        const client = stage.run({ [LOCAL]: first.origin })
        await client.prints(blockOf(PAGE, 'Write a client in Node (2)').text)
        expect(client.output.startsWith(blockOf(PAGE, 'Write a client in Node (2)').text)).toBe(true)
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
  'Write a client in Node (2)': [
    {
      fact: 'is the output',
      run: ({ block }) => {
        expect(block.text).toBe('connected\ntick 1\ntick 2\n')
      },
    },
  ],

  'Write a client in a page': [
    {
      fact: 'serves the page and the package, and responds to anything else with 404',
      run: async (stage) => {
        const { origin } = await startPageServer(stage)
        const answers = await Promise.all(['/', '/everysource.js', '/none'].map((file) => fetch(`${origin}${file}`)))
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 404])
        expect(await answers[1]?.text()).toContain('everysource')
      },
    },
  ],
  'Write a client in a page (2)': [
    {
      fact: 'shows the ticks, resumes after the last one when the server is back, and closes with a click',
      without: missingBrowser(),
      run: async (stage) => {
        const first = await startPageServer(stage, await freePort())
        // Chromium logs the lost server to the console.
        await withPage(first.origin, resumes, /Failed to load resource|ERR_/)

        async function resumes(page: Parameters<Parameters<typeof withPage>[1]>[0]): Promise<void> {
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
          // Three ticks later there are no more.
          await page.waitForTimeout(300)
          expect(await page.getByRole('listitem').count()).toBe(closed)
        }
      },
    },
  ],

  'Handle errors and close': [
    {
      fact: 'prints three ticks and one failure, and exits',
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

  'Use a loop instead of events': [
    {
      fact: 'prints three ticks and exits',
      run: async (stage) => {
        const { origin } = await startPageServer(stage)
        await stage.run({ [LOCAL]: origin }).ends({ output: '1 tick 1\n2 tick 2\n3 tick 3\nDone\n' })
      },
    },
  ],

  'Send a POST and stream the answer': [
    {
      fact: 'refuses a request that is not a POST with the key',
      run: async (stage) => {
        const { origin } = await startChat(stage)
        expect((await fetch(origin)).status).toBe(401)
      },
    },
  ],
  'Send a POST and stream the answer (2)': [
    {
      fact: 'prints the answer, and with another key the text of the refusal',
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
