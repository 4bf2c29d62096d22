/** Jest with its default, CommonJS: in the node environment, with Babel, and with jsdom. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { messageServer } from '../package/message-server.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Suite, Tally } from '../tally.ts'
import { TOOLS, type Workspace } from './workspace.ts'

interface Report {
  testResults: {
    name: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

/** Number of tests per environment: a file that is not found must not look like one that passes. */
const TESTS = { babel: 1, jsdom: 4, 'jsdom-of-node': 2, 'jsdom-without-node': 5, node: 9 }

/** Node 24 can require ES modules, which hides files that are not CommonJS. Node 20 cannot. */
const NODES = ['node20', 'node24']

export async function checkJest(tally: Tally, workspace: Workspace): Promise<void> {
  const tools = ['babel-jest', '@babel/plugin-transform-modules-commonjs', 'jest-environment-jsdom']
  const project = await workspace.project('jest', tools)
  const server = await messageServer()
  for (const name of NODES) {
    const [node = ''] = RUNTIMES[name] ?? []
    const suite = tally.suite(`consumers: Jest in ${name}`)
    const reason = missing([node])
    if (reason === undefined) await checkReport(suite, await runJest(node, project, server.url))
    else suite.missing(reason)
    suite.end()
  }
  server.close()
}

async function checkReport(suite: Suite, { testResults, output }: Awaited<ReturnType<typeof runJest>>): Promise<void> {
  const found: Record<string, number> = {}
  for (const { name, message, assertionResults } of testResults) {
    const environment = name.split('/').at(-2) ?? ''
    found[environment] = assertionResults.length
    if (assertionResults.length === 0) await suite.run(environment, () => assert.fail(message))
    for (const { fullName, status, failureMessages } of assertionResults) {
      await suite.run(`${environment}: ${fullName}`, () => {
        assert.equal(status, 'passed', failureMessages.join('\n'))
      })
    }
  }
  await suite.run('all tests have run, and Jest exited on its own', () => {
    assert.deepEqual(found, TESTS, output)
    assert(!output.includes('did not exit'), output)
  })
}

function runJest(node: string, project: string, url: string): Promise<Report & { output: string }> {
  const args = [`${TOOLS}/jest/bin/jest.js`, '--json', '--runInBand', '--no-watchman', '--cacheDirectory', '.jest']
  const env = { ...process.env, URL_OF_SERVER: url, NODE_OPTIONS: '' }
  return new Promise((resolve, reject) => {
    execFile(node, args, { cwd: project, env, timeout: 300_000 }, (error, stdout, stderr) => {
      try {
        resolve({ ...(JSON.parse(stdout) as Report), output: stderr })
      } catch {
        reject(new Error(`${error?.message ?? ''}\n${stdout}${stderr}`))
      }
    })
  })
}
