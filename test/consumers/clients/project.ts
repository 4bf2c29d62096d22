/** A project with the clients that import `eventsource` themselves, where an npm override replaces it with ours. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { path } from '../../conformance/bundle.ts'
import { installOverridden, openWorkspace, type Workspace } from '../workspace.ts'
import type { Client } from './client.ts'
import { loadGroup } from './list.ts'

let workspace: Promise<Workspace> | undefined
let project: Promise<string> | undefined

/** Bundles the trials of a client for any Node, into the project. Returns the program. */
export async function programOf(name: string): Promise<string> {
  project ??= makeProject()
  const outfile = `${await project}/${name}.mjs`
  const contents = `
    import { client } from './${name}.ts'
    import { runTrials } from './trials.ts'
    await runTrials(client, 'everysource')`
  await build({
    stdin: { contents, resolveDir: path('test/consumers/clients'), loader: 'ts' },
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
  return outfile
}

async function makeProject(): Promise<string> {
  workspace = openWorkspace()
  const opened = await workspace
  const folder = `${opened.folder}/overridden`
  const dependencies = await dependenciesOf((await loadGroup('clients')).map(([, client]) => client))
  const overrides = { eventsource: 'npm:everysource@*' }
  await mkdir(folder)
  await writeFile(`${folder}/package.json`, JSON.stringify({ private: true, dependencies, overrides }))
  await installOverridden(folder, opened)
  return folder
}

/** The versions of the clients' packages, as in test/consumers. */
async function dependenciesOf(clients: Client[]): Promise<Record<string, string>> {
  const manifest = await readFile(path('test/consumers/package.json'), 'utf8')
  const { devDependencies } = JSON.parse(manifest) as { devDependencies: Record<string, string> }
  const names = clients.filter(({ runsIn }) => runsIn === 'project').flatMap(({ packages }) => packages)
  return Object.fromEntries(names.map((name) => [name, devDependencies[name] ?? '*']))
}

export async function closeProjects(): Promise<void> {
  await (await workspace)?.close()
}
