/** A temporary folder with the package installed from npm, and the consumer projects in it. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { ROOT, run } from '../package/check.ts'
import { pack } from '../package/contents.ts'
import { startRegistry, type Registry } from './registry.ts'

/** Installed by `npm ci` in test/consumers. */
export const TOOLS = new URL('test/consumers/node_modules', ROOT).pathname
const ROOT_TOOLS = new URL('node_modules', ROOT).pathname

export interface Workspace {
  folder: string
  tarball: string
  registry: Registry
  /** Copies `projects/<name>` and links some of our tools in it. Returns its folder. */
  project(name: string, tools?: string[]): Promise<string>
  close(): Promise<void>
}

export async function openWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(`${tmpdir()}/everysource-consumers-`)
  const { tarball } = await pack(folder)
  const registry = await startRegistry(tarball)
  await writeFile(`${folder}/package.json`, '{"private": true}')
  await npmInstall(folder, ['everysource'], registry)
  return {
    folder,
    tarball,
    registry,
    // Inside the folder, so that `everysource` is found in the node_modules above.
    async project(name, tools = []) {
      const project = `${folder}/${name}`
      await cp(new URL(`test/consumers/projects/${name}`, ROOT), project, { recursive: true })
      for (const tool of tools) {
        const link = `${project}/node_modules/${tool}`
        await mkdir(dirname(link), { recursive: true })
        await symlink([TOOLS, ROOT_TOOLS].map((place) => `${place}/${tool}`).find(existsSync) ?? tool, link)
      }
      return project
    },
    async close() {
      registry.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Installs from the local registry only, with a separate cache, because the registry's port changes. */
async function npmInstall(folder: string, packages: string[], registry: Registry): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier']
  const own = ['--registry', registry.url, '--cache', `${folder}/.npm`]
  // Packing is slow on a busy machine. By default, npm waits five minutes and then retries.
  const timeouts = ['--fetch-timeout', '120000', '--fetch-retry-mintimeout', '200', '--fetch-retry-maxtimeout', '2000']
  await run('npm', ['install', ...packages, ...quiet, ...own, ...timeouts], folder)
}

/** Installs a project whose `overrides` replace `eventsource`, and checks the result. */
export async function installOverridden(project: string, { registry }: Workspace): Promise<void> {
  await npmInstall(project, [], registry)
  const manifest = await readFile(`${project}/node_modules/eventsource/package.json`, 'utf8')
  assert.equal((JSON.parse(manifest) as { name: string }).name, 'everysource')
}
