/** Deno's `npm:` specifiers and Bun's installer, with the local registry. */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { run } from '../package/check.ts'
import { messageServer } from '../package/message-server.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import type { Suite, Tally } from '../tally.ts'
import type { Workspace } from './workspace.ts'

const RECEIVED = { source: 'hello', shared: 'hello', loop: 'hello', dropIn: 'hello', decoder: 'hello' }

export async function checkDenoAndBun(tally: Tally, workspace: Workspace): Promise<void> {
  for (const [name, check] of [
    ['deno', checkDeno],
    ['bun', checkBun],
  ] as const) {
    const [binary = ''] = RUNTIMES[name] ?? []
    const suite = tally.suite(`consumers: ${name}`)
    const reason = missing([binary])
    if (reason === undefined) await check(suite, workspace, binary)
    else suite.missing(reason)
    suite.end()
  }
}

async function checkDeno(suite: Suite, workspace: Workspace, deno: string): Promise<void> {
  const project = await workspace.project('deno')
  const server = await messageServer()
  const env = {
    NPM_CONFIG_REGISTRY: workspace.registry.url,
    DENO_DIR: `${workspace.folder}/.deno`,
    DENO_NO_UPDATE_CHECK: '1',
  }
  // Ignores the package.json above, like a standalone script.
  const alone = ['--no-lock', '--node-modules-dir=none', '--no-config']
  const start = (args: string[]): Promise<string> => run(deno, args, project, env)

  await suite.run('`npm:` specifiers of all entry points receive messages, and the process exits', async () => {
    const output = await start(['run', '--quiet', '--allow-net', '--allow-env', ...alone, 'main.ts', server.url])
    assert.deepEqual(JSON.parse(output), { ...RECEIVED, forced: true })
  })
  await suite.run('it works with network permission only', async () => {
    const args = ['run', '--quiet', '--no-prompt', `--allow-net=${new URL(server.url).host}`]
    assert.deepEqual(JSON.parse(await start([...args, ...alone, 'main.ts', server.url])), { ...RECEIVED, forced: true })
  })
  await suite.run('`deno check` finds the types', async () => {
    await start(['check', '--quiet', ...alone, 'main.ts'])
  })
  await suite.run('`deno check` reports a type error', async () => {
    await assert.rejects(start(['check', '--quiet', ...alone, 'wrong.ts']), /TS2322/)
  })
  server.close()
}

async function checkBun(suite: Suite, workspace: Workspace, bun: string): Promise<void> {
  const project = await workspace.project('bun')
  const server = await messageServer()
  const env = {
    BUN_CONFIG_REGISTRY: workspace.registry.url,
    NPM_CONFIG_REGISTRY: workspace.registry.url,
    BUN_INSTALL_CACHE_DIR: `${workspace.folder}/.bun`,
    DO_NOT_TRACK: '1',
  }
  await suite.run('`bun add` installs the tarball', async () => {
    await run(bun, ['add', '--no-progress', workspace.tarball], project, env)
    const manifest = await readFile(`${project}/node_modules/everysource/package.json`, 'utf8')
    assert.match(manifest, /"name": "everysource"/)
  })
  await suite.run('a TypeScript program receives messages, and the process exits', async () => {
    assert.deepEqual(JSON.parse(await run(bun, ['main.ts', server.url], project, env)), {
      ...RECEIVED,
      polyfilled: true,
    })
  })
  await suite.run('a CommonJS program receives messages', async () => {
    assert.equal(await run(bun, ['required.cjs', server.url], project, env), 'hello\n')
  })
  for (const target of ['bun', 'node'] as const) {
    await suite.run(`the output of \`bun build\` for ${target} runs there`, async () => {
      const outfile = `${target}.mjs`
      await run(bun, ['build', 'main.ts', '--minify', `--target=${target}`, `--outfile=${outfile}`], project, env)
      const runtime = target === 'bun' ? bun : process.execPath
      const received = JSON.parse(await run(runtime, [outfile, server.url], project)) as object
      assert.deepEqual(received, { ...RECEIVED, polyfilled: true })
    })
  }
  server.close()
}
