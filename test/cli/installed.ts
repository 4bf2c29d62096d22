/** The command as npm packs and installs it. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { path } from '../conformance/bundle.ts'
import { run } from '../package/check.ts'
import { Command } from './command.ts'
import type { Part } from './part.ts'

export const installed: Part = {
  name: 'installed',
  checks: ({ origin }) => ({
    'npx everysource runs from the installed package': async () => {
      const folder = await mkdtemp(`${tmpdir()}/everysource-cli-`)
      try {
        // Without scripts: `prepare` would rebuild dist while other tests run from it.
        const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
        const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
        await writeFile(`${folder}/package.json`, '{"private": true}')
        const quick = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
        await run('npm', ['install', `${folder}/${filename}`, ...quick], folder)

        const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8')) as { version: string }
        assert.equal(await run('node_modules/.bin/everysource', ['--version'], folder), `${version}\n`)
        const inFolder = ['sh', '-c', 'cd "$0" && exec npx everysource "$@"', folder]
        const followed = new Command([...inFolder, `${origin}/three`, '--max', '2', '--data-only'])
        assert.deepEqual(await followed.exits(), { code: 0, output: 'one\ntwo\n', errors: '' })
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }),
}
