/** The dependencies in the package, and the rights to publish it. */

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { check, ROOT } from './check.ts'

interface Locked {
  version?: string
  resolved?: string
  integrity?: string
  license?: string
  dev?: boolean
  devOptional?: boolean
  link?: boolean
  hasInstallScript?: boolean
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

interface Manifest {
  allowScripts?: Record<string, boolean>
}

const LOCK_FILES = [
  '',
  'bench/',
  'test/runtimes/',
  'test/servers/',
  'test/consumers/',
  'test/compat/',
  'test/limits/',
  'test/instrumented/',
  'test/instrumented/next/',
].map((folder) => `${folder}package-lock.json`)

/** Packages whose install scripts may run. See `allowScripts` in package.json. */
const MAY_RUN_SCRIPTS = ['bun', 'deno', 'esbuild', 'node']

export async function checkSupplyChain(): Promise<void> {
  const locked = await packagesOf('package-lock.json')
  const shipped = locked.filter(([name, { dev, devOptional }]) => name !== '' && !dev && !devOptional)

  await check('the package has no dependencies', () => {
    assert.deepEqual(shipped, [])
  })

  await check(
    'the package contains an exact version of eventsource-parser, which is MIT licensed and has no dependencies',
    () => {
      const packages = Object.fromEntries(locked)
      const { version = '', license, dependencies } = packages['node_modules/eventsource-parser'] ?? {}
      assert.deepEqual([license, dependencies], ['MIT', undefined])
      assert.equal(packages['']?.devDependencies?.['eventsource-parser'], version)
      assert.match(version, /^\d+\.\d+\.\d+$/)
    },
  )

  for (const file of LOCK_FILES) {
    await check(`${file}: every package has a SHA-512 hash and comes from the registry`, async () => {
      for (const [name, { resolved, integrity, link }] of await packagesOf(file)) {
        if (name === '' || link) continue
        assert.match(integrity ?? '', /^sha512-/, name)
        // Without a URL, it is that of the configured registry.
        assert.ok(resolved === undefined || resolved.startsWith('https://registry.npmjs.org/'), `${name}: ${resolved}`)
      }
    })
  }

  await check('install scripts run only for packages with binaries', async () => {
    const allowed = new Set<string>()
    for (const file of LOCK_FILES) {
      const { allowScripts = {} } = JSON.parse(await read(file.replace('package-lock', 'package'))) as Manifest
      for (const [name, isAllowed] of Object.entries(allowScripts)) if (isAllowed) allowed.add(name)
    }
    assert.deepEqual([...allowed].sort(), MAY_RUN_SCRIPTS)
  })

  await check('the builds log nothing', async () => {
    const names = await readdir(new URL('dist', ROOT), { recursive: true })
    const builds = names.filter((name) => /\.c?js$/.test(name) && !/^cli|^inspector/.test(name))
    for (const file of builds.map((name) => `dist/${name}`)) {
      // Comments contain examples that log.
      assert.doesNotMatch((await read(file)).replace(/^ *\*.*$/gm, ''), /\bconsole\b/, file)
    }
  })

  for (const file of await readdir(new URL('.github/workflows', ROOT))) {
    await check(`${file}: uses only GitHub's own actions, pinned to a commit`, async () => {
      const uses = [...(await read(`.github/workflows/${file}`)).matchAll(/uses: (\S+)(.*)/g)]
      assert.ok(uses.length > 0)
      for (const [, action = '', comment = ''] of uses) {
        assert.match(action, /^actions\/[\w-]+@[\da-f]{40}$/)
        assert.match(comment, /^ # v\d+\.\d+\.\d+$/)
      }
    })
  }

  await check('the publish job has only the rights it needs, uses provenance, and runs after all checks', async () => {
    const workflow = await read('.github/workflows/release.yml')
    assert.match(workflow, /^permissions: \{\}$/m)
    const granted = [...workflow.matchAll(/\n {4}permissions:\n((?: {6}.*\n)+)/g)].map(([, lines = '']) => {
      return lines.match(/[\w-]+: (?:read|write)\b/g)
    })
    assert.deepEqual(granted, [['contents: read'], ['contents: read'], ['id-token: write']])
    const steps = [
      ...['node .ci/audit.mjs && npm audit signatures', 'npm test', 'needs: check'],
      ...['npm ci', 'node .ci/pack.mjs', 'needs: pack'],
    ]
    const places = [...steps, 'npm publish ./everysource-*.tgz --provenance'].map((step) => workflow.lastIndexOf(step))
    assert.ok(!places.includes(-1), 'a step is missing')
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    )
    assert.doesNotMatch(workflow, /secrets\./)
  })
}

async function packagesOf(file: string): Promise<[string, Locked][]> {
  const { packages } = JSON.parse(await read(file)) as { packages: Record<string, Locked> }
  return Object.entries(packages)
}

function read(file: string): Promise<string> {
  return readFile(new URL(file, ROOT), 'utf8')
}
