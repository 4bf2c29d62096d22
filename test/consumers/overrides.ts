/** everysource as an npm override for `eventsource`: its declarations and its shape. clients/ tries the clients themselves. */

import assert from 'node:assert/strict'
import { run } from '../package/check.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import { installOverridden, TOOLS, type Workspace } from './workspace.ts'

const NODES = ['node20', 'node24']

export async function checkOverrides(tally: Tally, workspace: Workspace): Promise<void> {
  const suite = tally.suite('consumers: npm overrides')
  const project = await workspace.project('overrides')
  await suite.run('an npm override replaces `eventsource`', async () => {
    await installOverridden(project, workspace)
  })
  await suite.run("the MCP SDK's declarations accept the options of everysource", async () => {
    await run(process.execPath, [`${TOOLS}/ts60/bin/tsc`, '--pretty', 'false', '-p', project], project)
  })
  for (const name of NODES) {
    const [node = ''] = RUNTIMES[name] ?? []
    const reason = missing([node])
    if (reason !== undefined) {
      suite.missing(reason)
      continue
    }
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
