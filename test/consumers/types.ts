/** Programs compiled by each TypeScript version with each module resolution, including a check of the declarations. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ROOT, run } from '../package/check.ts'
import type { Tally } from '../tally.ts'
import { TOOLS, type Workspace } from './workspace.ts'

/** Each with the @types/node of its era. */
const VERSIONS = [
  { name: 'TypeScript 5.0', tool: 'ts50', typesNode: 'types-node20', options: {} },
  { name: 'TypeScript 5.9', tool: 'ts59', typesNode: 'types-node22', options: {} },
  { name: 'TypeScript 6.0', tool: 'ts60', typesNode: 'types-node24', options: { ignoreDeprecations: '6.0' } },
  { name: 'TypeScript 7.0', tool: 'ts70', typesNode: 'types-node26', options: {} },
]

const RESOLUTIONS = [
  { name: 'nodenext', module: 'nodenext', extensions: ['mts', 'cts'] },
  { name: 'bundler', module: 'esnext', extensions: ['ts'] },
  { name: 'node10', module: 'commonjs', extensions: ['ts'] },
]

/** Globals available to a program. */
const PLATFORMS = [
  { name: 'with lib.dom', lib: ['es2022', 'dom'], node: false, sources: ['test/consumers/projects/types/dom.ts'] },
  {
    name: 'with @types/node, without lib.dom',
    lib: ['es2022'],
    node: true,
    sources: ['test/types/without-dom/consumer.ts'],
  },
  {
    name: 'with lib.esnext, lib.dom and @types/node',
    lib: ['esnext', 'dom'],
    node: true,
    sources: ['test/consumers/projects/types/dom.ts', 'test/types/event-source.types.ts'],
    // TypeScript 5.0 loses the precise setter type of accessors in a generic interface.
    lacking: ['ts50'],
    only: 'nodenext',
  },
]

/** TypeScript 7 removed it. */
const LACKS_NODE10 = ['ts70']
/** The native version, which is fast and has no JavaScript API. */
const NATIVE = 'ts70'
const WRONG = "import { EventSource } from 'everysource'\nnew EventSource(7)\n"

export async function checkTypes(tally: Tally, workspace: Workspace): Promise<void> {
  for (const version of VERSIONS) {
    const suite = tally.suite(`consumers: ${version.name}`)
    const names: string[] = []
    const projects: string[] = []
    for (const resolution of RESOLUTIONS) {
      if (resolution.name === 'node10' && LACKS_NODE10.includes(version.tool)) continue
      for (const platform of PLATFORMS) {
        if (platform.lacking?.includes(version.tool) || (platform.only ?? resolution.name) !== resolution.name) continue
        names.push(`${resolution.name}, ${platform.name}, a program compiles, and the declarations with it`)
        projects.push(await writeProject(workspace, version, resolution, platform))
      }
    }
    const wrong = await writeWrongProject(workspace, version.tool)
    const compiled = compile(version.tool, [...projects, wrong])
    for (const [index, name] of names.entries()) {
      await suite.run(name, async () => {
        assert.equal((await compiled)[index], '')
      })
    }
    await suite.run('a type error is reported', async () => {
      assert.match((await compiled).at(-1) ?? '', /^wrong\.mts\(2,\d+\): error TS2345: [^\n]*\n?$/)
    })
    suite.end()
  }
}

/** Returns TypeScript's errors for each project. */
async function compile(tool: string, projects: string[]): Promise<string[]> {
  const folder = `${TOOLS}/${tool}`
  if (tool === NATIVE) return Promise.all(projects.map((project) => compileByCommand(`${folder}/bin/tsc`, project)))
  const checker = new URL('test/consumers/projects/types/check.mjs', ROOT).pathname
  const output = await run(process.execPath, [checker, folder, ...projects])
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const { hasPackage, errors } = JSON.parse(line) as { hasPackage: boolean; errors: string }
      return hasPackage ? errors : 'The package was not compiled'
    })
}

function compileByCommand(tsc: string, project: string): Promise<string> {
  return new Promise((resolve) => {
    const args = [tsc, '--pretty', 'false', '-p', project]
    execFile(process.execPath, args, { cwd: dirname(project) }, (error, stdout, stderr) => {
      resolve(stdout + stderr || (error?.message ?? ''))
    })
  })
}

/** Returns the path of its tsconfig.json. */
async function writeProject(
  workspace: Workspace,
  version: (typeof VERSIONS)[number],
  resolution: (typeof RESOLUTIONS)[number],
  platform: (typeof PLATFORMS)[number],
): Promise<string> {
  const place = [version.tool, resolution.name, PLATFORMS.indexOf(platform)].join('-')
  const folder = `${workspace.folder}/types/${place}`
  await mkdir(`${folder}/node_modules/@types`, { recursive: true })
  for (const [index, source] of platform.sources.entries()) {
    for (const extension of resolution.extensions)
      await copyFile(new URL(source, ROOT), `${folder}/${index}.${extension}`)
  }
  if (platform.node) await symlink(`${TOOLS}/${version.typesNode}`, `${folder}/node_modules/@types/node`)
  const options = resolution.name === 'node10' ? version.options : {}
  const types = platform.node ? ['node'] : []
  await writeFile(`${folder}/tsconfig.json`, tsconfig(resolution.module, resolution.name, platform.lib, types, options))
  return `${folder}/tsconfig.json`
}

async function writeWrongProject(workspace: Workspace, tool: string): Promise<string> {
  const folder = `${workspace.folder}/types/${tool}-wrong`
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}/wrong.mts`, WRONG)
  await writeFile(`${folder}/tsconfig.json`, tsconfig('nodenext', 'nodenext', ['es2022', 'dom'], [], {}))
  return `${folder}/tsconfig.json`
}

function tsconfig(module: string, moduleResolution: string, lib: string[], types: string[], more: object): string {
  const compilerOptions = {
    target: 'es2022',
    module,
    moduleResolution,
    lib,
    types,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    ...more,
  }
  return JSON.stringify({ compilerOptions, include: ['*.ts', '*.mts', '*.cts'] })
}
