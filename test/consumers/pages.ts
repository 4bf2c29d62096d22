/** Pages without a bundler: the script build, and modules with an import map. */

import assert from 'node:assert/strict'
import type { Tally } from '../tally.ts'
import { missingBrowser, receivedBy, startPageServer } from './browser.ts'
import type { Workspace } from './workspace.ts'

const NAMES = ['ConnectionError', 'ErrorEvent', 'EventDecoderStream', 'EventSource', 'streamEvents']

export async function checkPages(tally: Tally, workspace: Workspace): Promise<void> {
  const suite = tally.suite('consumers: pages')
  const reason = missingBrowser()
  if (reason === undefined) {
    await workspace.project('pages')
    const server = await startPageServer(workspace.folder)
    const { origin } = server
    await suite.run('a <script> with everysource.min.js receives a message', async () => {
      assert.deepEqual(await receivedBy(`${origin}/pages/script.html`), { names: NAMES, data: 'hello', origin })
    })
    await suite.run('a <script> with everysource-shared.min.js receives a message', async () => {
      const names = [...NAMES, 'SharedEventSource'].sort()
      const received = { names, data: 'hello', origin, shared: true, leads: true }
      assert.deepEqual(await receivedBy(`${origin}/pages/shared.html`), received)
    })
    await suite.run('modules with an import map receive messages and replace the native class', async () => {
      const received = { names: NAMES, forced: true, data: ['hello', 'hello', 'hello'], origin }
      assert.deepEqual(await receivedBy(`${origin}/pages/import-map.html`), received)
    })
    await suite.run('a closed page leaves no connection open', async () => {
      await server.until(({ open }) => open.size === 0, 'no stream is open')
      assert.equal(server.total, 5)
    })
    server.close()
  } else {
    suite.missing(reason)
  }
  suite.end()
}
