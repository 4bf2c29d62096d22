/** Installers that check `engines`, on the oldest Node: they must succeed without warnings and install no other package. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname } from 'node:path'
import { promisify } from 'node:util'
import { messageServer } from '../package/message-server.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Tally } from '../tally.ts'
import { TOOLS, type Workspace } from './workspace.ts'

const NPM = ['--engine-strict', '--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts']
// Yarn 1 checks `engines` by default.
const YARN = ['--non-interactive', '--no-progress']

const PROGRAM = `
const { EventSource } = require('everysource')
const source = new EventSource(process.argv[1])
source.addEventListener('greeting', ({ data }) => {
  console.log(process.version.split('.')[0], data)
  source.close()
})
`

export async function checkInstallers(tally: Tally, workspace: Workspace): Promise<void> {
  const suite = tally.suite('consumers: installers')
  const [node = ''] = RUNTIMES.node20 ?? []
  const reason = missing([node])
  if (reason === undefined) {
    const { url } = workspace.registry
    // npm and Yarn run on the first Node in the PATH.
    const PATH = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`
    const installers: [name: string, command: string, args: (folder: string) => string[]][] = [
      [
        'npm with engine-strict',
        'npm',
        (folder) => ['install', 'everysource', ...NPM, '--registry', url, '--cache', `${folder}/.npm`],
      ],
      [
        'Yarn 1',
        node,
        (folder) => [
          ...[`${TOOLS}/yarn/bin/yarn.js`, 'add', 'everysource', ...YARN],
          ...['--registry', url, '--cache-folder', `${folder}/.yarn`],
        ],
      ],
      [
        'Yarn 1 with a tarball',
        node,
        (folder) => [
          ...[`${TOOLS}/yarn/bin/yarn.js`, 'add', workspace.tarball, ...YARN],
          // No registry requests.
          ...['--offline', '--cache-folder', `${folder}/.yarn`],
        ],
      ],
    ]
    for (const [index, [name, command, args]] of installers.entries()) {
      await suite.run(`on Node 20, ${name} installs only the package, without warnings`, async () => {
        const folder = `${workspace.folder}/installers/${index}`
        await mkdir(folder, { recursive: true })
        await writeFile(`${folder}/package.json`, '{ "private": true, "license": "MIT" }')
        const { stdout, stderr } = await promisify(execFile)(command, args(folder), {
          cwd: folder,
          env: { ...process.env, PATH, NODE_OPTIONS: '' },
          timeout: 120_000,
        })
        assert.doesNotMatch(stdout + stderr, /warn|EBADENGINE|incompatible/i)
        const installed = await readdir(`${folder}/node_modules`)
        assert.deepEqual(
          installed.filter((entry) => !entry.startsWith('.')),
          ['everysource'],
        )
        const server = await messageServer()
        const program = await promisify(execFile)(node, ['--eval', PROGRAM, '--', server.url], { cwd: folder })
        server.close()
        assert.equal(program.stdout, 'v20 hello\n')
      })
    }
  } else suite.missing(reason)
  suite.end()
}
