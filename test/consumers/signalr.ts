/** SignalR's client, which requires version 2 of `eventsource` as a class, with everysource as an override. */

import assert from 'node:assert/strict'
import { run } from '../package/check.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import { installOverridden, type Workspace } from './workspace.ts'

const NODES = ['node20', 'node24']

export async function checkSignalR(tally: Tally, workspace: Workspace): Promise<void> {
  const suite = tally.suite('consumers: @microsoft/signalr')
  const project = await workspace.project('signalr')
  await suite.run('an npm override replaces `eventsource` 2', async () => {
    await installOverridden(project, workspace)
  })
  for (const name of NODES) {
    const [node = ''] = RUNTIMES[name] ?? []
    const reason = missing([node])
    if (reason !== undefined) {
      suite.missing(reason)
      continue
    }
    await suite.run(
      `in ${name}, a hub connection over server-sent events receives a call, calls a method and stops`,
      async () => {
        const found = JSON.parse(await run(node, ['main.cjs'], project)) as unknown
        assert.deepEqual(found, { news: 'hello', sum: 3, header: 'yes' })
      },
    )
    await suite.run(`in ${name}, an ES module can import the class by name, but not by default`, async () => {
      const load = (names: string): string[] => [
        '--input-type=module',
        '--eval',
        `import ${names} from 'eventsource'; new EventSource('http://a.test/').close()`,
      ]
      assert.equal(await run(node, load('{ EventSource }'), project), '')
      await assert.rejects(run(node, load('EventSource'), project), /SyntaxError/)
    })
    await suite.run(`in ${name}, the result of \`require\` is a constructor and can be subclassed`, async () => {
      const made = 'true,true,Bearer of-init,true'
      assert.equal(await run(node, ['class.cjs'], project), `${made},${made},true\n`)
    })
  }
  suite.end()
}
