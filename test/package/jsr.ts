/** The package on JSR: jsr.json matches package.json, and Deno would publish it. */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import { check, ROOT, run, skip } from './check.ts'

interface Manifest {
  version: string
  license: string
  exports: Record<string, unknown>
  devDependencies: Record<string, string>
}

interface JSRManifest {
  name: string
  version: string
  license: string
  exports: Record<string, string>
  imports: Record<string, string>
}

/** Nothing listens there: installed packages must be enough. */
const NO_REGISTRY = 'http://127.0.0.1:9/'

/** @param folder for temporary files */
export async function checkJSR(folder: string): Promise<void> {
  const { version, license, exports, devDependencies } = await read<Manifest>('package.json')
  const jsr = await read<JSRManifest>('jsr.json')

  await check('jsr.json has the version and license of package.json', () => {
    assert.deepEqual([jsr.version, jsr.license], [version, license])
  })

  await check('jsr.json exports the sources of all entries in package.json', () => {
    const entries = Object.keys(exports).filter((name) => !/\.(js|json)$/.test(name))
    const sources = entries.map((name) => [
      name,
      name === '.' ? './src/index.ts' : name.replace('./', './src/') + '.ts',
    ])
    assert.deepEqual(jsr.exports, Object.fromEntries(sources))
  })

  await check('jsr.json imports the parser version that the builds contain', () => {
    const parser = 'eventsource-parser'
    assert.deepEqual(jsr.imports, { [parser]: `npm:${parser}@${devDependencies[parser]}` })
  })

  const published = '`deno publish` accepts the sources'
  const [deno = ''] = RUNTIMES.deno ?? []
  const reason = missing([deno])
  if (reason !== undefined) {
    skip(published, reason)
    return
  }
  await check(`${published}: no global declarations or slow types`, async () => {
    const env = {
      DENO_DIR: `${folder}/deno`,
      DENO_NO_UPDATE_CHECK: '1',
      NPM_CONFIG_REGISTRY: NO_REGISTRY,
      NO_COLOR: '1',
    }
    await run(deno, ['publish', '--dry-run', '--allow-dirty'], ROOT, env)
  })
}

async function read<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(new URL(file, ROOT), 'utf8')) as T
}
