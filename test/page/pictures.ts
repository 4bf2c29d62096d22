/** Makes the pictures of the page and of the command in the docs: `npm run docs:inspector`. */

import { writeFile } from 'node:fs/promises'
import { startInspector } from '../../src/inspector/server/server.ts'
import { startServer } from '../cli/test-server.ts'
import { Terminal } from '../cli/terminal.ts'
import { drivers } from './drivers.ts'
import { smallPNG } from './small-png.ts'
import { visit } from './scenario.ts'
import { terminalSVG } from './terminal-svg.ts'
import { press, pressRow, untilRow } from './user.ts'

const NAMES = ['price', 'trade', 'price', 'price', 'news']
/** Between two messages, in ms. */
const PAUSE = 350
/** Messages until the connection drops, and in total. */
const DROP = 8
const LAST = 14

const server = await startServer()
const url = server.add('/prices', (response, { headers }) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('retry: 500\n\n')
  let id = Number(headers['last-event-id'] ?? 0)
  const timer = setInterval(() => {
    id++
    const type = NAMES[id % NAMES.length] ?? ''
    const data = { symbol: id % 2 ? 'ACME' : 'GLOBEX', price: 100 + ((id * 37) % 50) / 10, tags: ['live', type] }
    response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
    const drops = id === DROP && headers['last-event-id'] === undefined
    if (drops || id === LAST) clearInterval(timer)
    // Once the message is sent.
    if (drops) setTimeout(() => response.destroy(), 100)
  }, PAUSE)
  response.once('close', () => {
    clearInterval(timer)
  })
})

const [chromium] = drivers
if (!chromium) throw new Error('Chromium is missing')
const browser = await chromium.launch()
const inspector = await startInspector({ url, method: 'GET', headers: '', body: '' })
for (const [scheme, file] of [
  ['light', 'docs/guides/inspector.png'],
  ['dark', 'docs/guides/inspector-dark.png'],
] as const) {
  const page = await browser.open({ scheme, width: 1_280, height: 640 })
  await visit(page, inspector.url)
  await untilRow(page, '"price":104.4')
  await untilRow(page, 'Reconnecting with Last-Event-ID')
  await pressRow(page, '{"symbol":"ACME","price":101.1,"tags":["live","price"]}')
  await press(page, 'Follow')
  await untilRow(page, '"price":101.8')
  await writeFile(file, await smallPNG(page, await page.picture()))
  await page.close()
}
await Promise.all([browser.close(), inspector.close()])

const terminal = new Terminal([url, '--verbose'], { columns: 96 })
await terminal.shows(/#11/)
terminal.press('\u0003')
await terminal.exits()
// The port differs from run to run.
const shown = terminal.raw
  .replaceAll(server.origin, 'http://localhost:3000')
  .replaceAll(/127\.0\.0\.1:\d+/g, 'localhost:3000')
await writeFile('docs/guides/command.svg', terminalSVG('npx everysource http://localhost:3000/prices --verbose', shown))
server.close()
