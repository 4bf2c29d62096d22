/** `test/run.mjs` in a small project whose steps pass, fail, skip or crash. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { root } from './install.mjs'

/** A script that prints these lines and exits with this code. */
function script(lines: string[], code = 0): string {
  const source = [...lines.map((line) => `console.log('${line}')`), `process.exit(${code})`].join(';')
  return `node -e "${source}"`
}

const SCRIPTS = {
  build: 'node build.mjs',
  passes: script(['suite one', '3 passed, 0 failed']),
  fails: script(['not ok: a fact', '    because', '1 passed, 2 failed'], 1),
  skips: script(['4 passed, 0 failed, 2 skipped']),
  crashes: script(['before the crash'], 3),
  lies: script(['not ok: another fact', '2 passed, 1 failed']),
  truncates: 'node truncate.mjs',
  misses: script(['suite two cannot run: no browser', '0 passed, 0 failed, 1 skipped']),
  hangs: 'node hang.mjs',
  checks: script([]),
}

const STEPS = [
  { name: 'later', script: 'checks', seconds: 1, after: ['failing'] },
  { name: 'passing', script: 'passes', seconds: 1, quick: { seconds: 1 } },
  { name: 'failing', script: 'fails', seconds: 1 },
  { name: 'skipping', script: 'skips', seconds: 1, quick: { seconds: 1 } },
  { name: 'crashing', script: 'crashes', seconds: 1 },
]

/** A step that connects to the test and runs until it is killed. */
const HANG = `
import { connect } from 'node:net'
connect(process.env.TEST_PORT, '127.0.0.1')
setInterval(() => undefined, 1_000)`

/** A vitest that crashes while it writes its report. */
const TRUNCATE = `
import { writeFileSync } from 'node:fs'
writeFileSync(process.argv.at(-1).replace('--outputFile.json=', ''), '{ "numPassed')
process.exit(1)`

/** Starts the runner in a new project with these steps. */
function start(steps: object[], env: Record<string, string>, args: string[]): ChildProcess {
  const project = mkdtempSync(join(tmpdir(), 'everysource-run-'))
  onTestFinished(() => {
    rmSync(project, { recursive: true })
  })
  for (const folder of ['test', 'src', 'node_modules']) mkdirSync(join(project, folder))
  for (const file of ['test/run.mjs', 'test/install.mjs']) cpSync(join(root, file), join(project, file))
  const write = (file: string, content: string): void => {
    writeFileSync(join(project, file), content)
  }
  write('test/steps.mjs', `export const STEPS = ${JSON.stringify(steps)}`)
  write(
    'test/system-packages.mjs',
    `export const missingSystemPackages = () => ['a-browser']
     export const installSystemPackages = async (names) => console.log('installs ' + names)`,
  )
  write('tsup.config.ts', '')
  write('build.mjs', '')
  write('hang.mjs', HANG)
  write('truncate.mjs', TRUNCATE)
  write('package.json', JSON.stringify({ type: 'module', scripts: SCRIPTS }))
  write('package-lock.json', JSON.stringify({ packages: {} }))
  return spawn(process.execPath, [join(project, 'test/run.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
}

/** Runs these steps and returns the output and the exit code. */
async function runSteps(
  steps: object[],
  env: Record<string, string>,
  ...args: string[]
): Promise<{ output: string; code: unknown }> {
  const child = start(steps, env, args)
  const outputs = [child.stdout, child.stderr].map((stream) => text(stream as Readable))
  const [output, errors] = await Promise.all([...outputs, once(child, 'close')])
  return { output: `${String(output)}${String(errors)}`, code: child.exitCode }
}

const run = (env: Record<string, string>, ...args: string[]) => runSteps(STEPS, env, ...args)

test('the everyday run numbers the quick steps, runs them and adds up their counts', async () => {
  const { output, code } = await run({ CI: '' })
  expect(output).toMatch(/^\[1\/3\] build … ok \(\d+ s\), about \d+ s left$/m)
  expect(output).toMatch(/^\[2\/3\] passing …\n/m)
  expect(output).toMatch(/^\[3\/3\] skipping … ok \(\d+ s\), 2 skipped/m)
  expect(output).not.toMatch(/failing|a-browser|suite one/)
  expect(output).toMatch(/\n8 passed, 0 failed, 2 skipped\n$/)
  expect(code).toBe(0)
})

test.each([
  ['npm run test:all', { CI: '' }, ['--all']],
  ['CI=true npm test', { CI: 'true' }, []],
])('%s runs every step and fails if one fails', async (_, env, args) => {
  const { output, code } = await run(env, ...args)
  // The output of a failed step is printed twice: below it, and again at the end.
  expect(output).toMatch(/failing … FAILED \(\d+ s\), 2 failed.*\n {4}not ok: a fact\n {8}because\n/)
  expect(output).toMatch(/\nfailing failed:\n {4}not ok: a fact\n {8}because\n/)
  // A failed step without failed tests has crashed.
  expect(output).toMatch(/\ncrashing failed:\n {4}before the crash\n/)
  expect(output.indexOf('failing … FAILED')).toBeLessThan(output.indexOf('later …'))
  expect(output).toMatch(/\n10 passed, 3 failed, 2 skipped\n$/)
  expect(code).toBe(1)
})

test('system packages are installed in CI or with --install, and listed as missing otherwise', async () => {
  const skipped = 'Not installed, so their tests are skipped: a-browser (--install installs them)'
  expect((await run({ CI: '' }, '--all', '--only', 'passing')).output).toContain(skipped)
  expect((await run({ CI: '' }, '--all', '--install', '--only', 'passing')).output).toContain('installs a-browser')
  expect((await run({ CI: 'true' }, '--only', 'passing')).output).toContain('installs a-browser')
})

test('a step with large packages runs only with --with-clients', async () => {
  const steps = [{ name: 'large', script: 'passes', seconds: 1, large: true }, ...STEPS.slice(1, 2)]
  const without = await runSteps(steps, { CI: '' }, '--all')
  expect(without.output).not.toContain('large')
  expect(without.output).toMatch(/\n4 passed, 0 failed\n$/)
  expect((await runSteps(steps, { CI: '' }, '--all', '--with-clients')).output).toMatch(/\n7 passed, 0 failed\n$/)
  const unknown = await runSteps(steps, { CI: '' }, '--all', '--only', 'large')
  expect(unknown.output).toMatch(/^Unknown step "large". It runs only with npm run test:all -- --with-clients. /)
})

test('--only selects steps; an unknown step or option is an error that lists the valid ones', async () => {
  const { output, code } = await run({ CI: '' }, '--all', '--only', 'passing,skipping')
  expect(output).toMatch(/\n8 passed, 0 failed, 2 skipped\n$/)
  expect(code).toBe(0)
  const unknown = await run({ CI: '' }, '--only', 'passing,failing')
  expect(unknown.output).toBe('Unknown step "failing". It runs only with npm run test:all. Steps: passing, skipping\n')
  expect((await run({ CI: '' }, '--only', '')).output).toMatch(/^--only takes step names separated by commas\n/)
  expect((await run({ CI: '' }, '--install')).output).toMatch(/^--install requires npm run test:all\n/)
  const option = await run({ CI: '' }, '--onyl', 'passing')
  expect(option.output).toMatch(/Unknown option '--onyl'.*\n\nnpm test \[-- --only/)
  expect([unknown.code, option.code]).toEqual([2, 2])
})

test('a step fails if it counts a failure, whatever its exit code, or if its report is truncated', async () => {
  const steps = [
    { name: 'lying', script: 'lies', quick: { seconds: 1 }, seconds: 1 },
    { name: 'truncated', script: 'truncates', report: 'vitest', quick: { seconds: 1 }, seconds: 1 },
  ]
  const { output, code } = await runSteps(steps, { CI: '' })
  expect(output).toMatch(/lying … FAILED .*\n {4}not ok: another fact\n/)
  expect(output).toMatch(/truncated … FAILED/)
  expect(output).toMatch(/\n3 passed, 2 failed\n$/)
  expect(code).toBe(1)
})

test('the everyday run also prints which suites cannot run', async () => {
  const steps = [{ name: 'missing', script: 'misses', quick: { seconds: 1 }, seconds: 1 }]
  const { output, code } = await runSteps(steps, { CI: '' })
  expect(output).toMatch(/missing … ok \(\d+ s\), 1 skipped\n {4}suite two cannot run: no browser\n/)
  expect(code).toBe(0)
})

test.skipIf(process.platform === 'win32')('an interrupted run leaves no step running', async () => {
  const hanging = { script: 'hangs', quick: { seconds: 1 }, seconds: 1 }
  const steps = [
    { name: 'one', ...hanging },
    { name: 'other', ...hanging },
  ]
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket.resume().on('error', () => undefined)))
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const child = start(steps, { CI: '', TEST_PORT: String(port) }, [])
  await vi.waitFor(() => {
    expect(sockets).toHaveLength(2)
  }, 60_000)
  child.kill('SIGINT')
  await once(child, 'exit')
  expect(child.exitCode).toBe(130)
  await vi.waitFor(() => {
    expect(sockets.every(({ closed }) => closed)).toBe(true)
  }, 60_000)
})

test.skipIf(process.platform === 'win32').each([
  [
    'hides its output, and says which Node runs the scripts',
    0,
    /^Installing packages in .*\nInstalled\. .* Node 1\.2\.3, /,
    '',
  ],
  ['shows its output if it fails', 7, /^Installing packages in .*\n$/, 'a warning\nan error\n'],
])('the installation %s', async (_, status, output, errors) => {
  const folder = mkdtempSync(join(tmpdir(), 'everysource-install-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  mkdirSync(join(folder, 'node_modules/node'), { recursive: true })
  writeFileSync(join(folder, 'node_modules/node/package.json'), '{"version":"1.2.3"}')
  writeFileSync(join(folder, 'package-lock.json'), '{"packages":{"node_modules/missing":{"version":"1.0.0"}}}')
  const npm = `#!/bin/sh\necho 'a warning'\necho 'an error' >&2\nexit ${status}\n`
  writeFileSync(join(folder, 'npm'), npm, { mode: 0o755 })
  const program = `import { installIfMissing } from ${JSON.stringify(join(root, 'test/install.mjs'))}
    installIfMissing(${JSON.stringify(folder)})`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` },
  })
  const [printed, complained] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  expect(printed).toMatch(output)
  expect(complained).toBe(errors)
  expect(child.exitCode).toBe(status)
})
