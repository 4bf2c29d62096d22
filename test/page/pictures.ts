/** Takes the screenshots in the docs: `npm run docs:inspector`. */

import { startServer } from '../../demo/server.ts'
import { saveScreenshot, untilText } from './driver.ts'
import { drivers } from './drivers.ts'
import { follow } from './scenario.ts'
import { startUpstream } from './upstream.ts'

const [chromium] = drivers
if (!chromium) throw new Error('Chromium is missing')
const [demo, upstream, browser] = await Promise.all([startServer({ second: 500 }), startUpstream(), chromium.launch()])
for (const [scheme, file] of [
  ['light', 'docs/guides/inspector.png'],
  ['dark', 'docs/guides/inspector-dark.png'],
] as const) {
  const page = await browser.open({ scheme, width: 1_100, height: 1_420 })
  await follow({ engine: 'chromium', page, demo, upstream, open: browser.open }, '/numbers')
  await untilText(page, '#messages', 'number 3')
  await page.click('[data-action=drop]')
  await untilText(page, '#messages', 'number 7')
  await saveScreenshot(page, file)
  await page.close()
}
await Promise.all([browser.close(), demo.close(), upstream.close()])
