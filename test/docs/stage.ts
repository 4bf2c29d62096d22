/** A user's project, in which a code block of the documentation runs as a program of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { expect, vi } from 'vitest'
import { path } from '../conformance/bundle.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import { type Block, replaced } from './blocks.ts'
import { type Certificates, createCertificates } from './certificates.ts'
import { type Answer, startProxy, startServer, type TestProxy, type TestServer } from './servers.ts'

/** How long a program may take for what it should do, in ms: other tests have their programs too. */
export const PATIENCE = 25_000

/** Where a block runs: one of `RUNTIMES`, and which undici is installed. */
export interface Place {
  runtime: string
  undici?: 7 | 8
}

const UNDICI = { 7: 'test/runtimes/node_modules/undici', 8: 'node_modules/undici' }

/** Of all tests: making keys takes time. */
let certificates: Certificates | undefined

export class Stage {
  readonly block: Block
  readonly #folder: string
  readonly #command: string[]
  readonly #onTestFinished: (cleanUp: () => void) => void

  constructor(block: Block, { runtime, undici = 8 }: Place, onTestFinished: (cleanUp: () => void) => void) {
    this.block = block
    this.#command = RUNTIMES[runtime] ?? []
    this.#onTestFinished = onTestFinished
    const installed = {
      undici: path(UNDICI[undici]),
      msw: path('node_modules/msw'),
      vitest: path('node_modules/vitest'),
    }
    this.#folder = createProject(installed)
    onTestFinished(() => {
      rmSync(this.#folder, { recursive: true, force: true })
    })
  }

  /** Why the runtime cannot be started, if so. */
  static missing({ runtime, undici }: Place): string | undefined {
    return missing(RUNTIMES[runtime] ?? []) ?? (undici && missing([`${path(UNDICI[undici])}/package.json`]))
  }

  /** A server until the test has finished. */
  async serve(answer: Answer): Promise<TestServer> {
    return this.#cleaned(await startServer(answer))
  }

  /** One with a certificate that `ca.pem` in the project has signed: for api.example.com and 127.0.0.1. */
  async serveSecurely(answer: Answer): Promise<TestServer> {
    certificates ??= createCertificates('api.example.com')
    this.write('ca.pem', certificates.ca)
    return this.#cleaned(await startServer(answer, certificates))
  }

  /** A proxy that leads to the server whatever host it is asked for. */
  async proxyTo(server: TestServer): Promise<TestProxy> {
    return this.#cleaned(await startProxy(server))
  }

  /** Does it when the test has finished. */
  cleanUp(action: () => void): void {
    this.#onTestFinished(action)
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text)
  }

  read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8')
  }

  /**
   * Runs the block as it stands, save for these texts: origins, and times that are too long for a test.
   *
   * @param appended what the program does besides
   */
  run(replacements: Record<string, string> = {}, env: Record<string, string> = {}, appended = ''): Program {
    const text = replaced(this.block.text, replacements) + appended
    if (this.block.language === 'sh') return this.#start(['sh', '-c', text], env)
    const file = this.block.language === 'ts' ? 'app.ts' : 'app.js'
    this.write(file, text)
    return this.#start([...this.#command, file], env)
  }

  /** Has TypeScript check the block as it stands. */
  async compiles(): Promise<void> {
    this.write('app.ts', this.block.text)
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2022',
    ]
    const tsc = path('node_modules/typescript/bin/tsc')
    await this.#start([process.execPath, tsc, ...options, 'app.ts'], {}).ends({})
  }

  /** Runs the block as a file of tests, with this command of the runtime's. */
  test(file: string, args: string[]): Program {
    this.write(file, this.block.text)
    return this.#start([...this.#command, ...args, file], {})
  }

  #start(command: string[], env: Record<string, string>): Program {
    const { PATH = '', HOME = '' } = process.env
    const own = { PATH: `${dirname(this.#command[0] ?? '')}${delimiter}${PATH}`, HOME, NO_COLOR: '1' }
    const program = new Program(command, this.#folder, { ...own, ...env })
    this.#onTestFinished(() => {
      program.kill()
    })
    return program
  }

  #cleaned<T extends { close: () => void }>(resource: T): T {
    this.#onTestFinished(() => {
      resource.close()
    })
    return resource
  }
}

export class Program {
  readonly #child: ChildProcess
  output = ''
  errors = ''

  constructor([binary = '', ...args]: string[], cwd: string, env: Record<string, string>) {
    // A group of its own, so that what a shell has started ends with it.
    this.#child = spawn(binary, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text))
  }

  /** Resolves when it has printed this. */
  async prints(output: string): Promise<void> {
    await until(() => {
      expect(this).toMatchObject({ output: expect.stringContaining(output) as string })
    })
  }

  /** Resolves when it has ended by itself, having printed nothing but this. */
  async ends({
    output = '',
    errors = '',
    code = 0,
  }: {
    output?: string
    errors?: string
    code?: number
  }): Promise<void> {
    await this.exits()
    expect({ output: this.output, errors: this.errors, code: this.#child.exitCode }).toEqual({ output, errors, code })
  }

  /** Resolves when it has ended. */
  async exits(): Promise<void> {
    await until(() => {
      // Its streams may have more to say after it.
      const { exitCode, stdout, stderr } = this.#child
      const { output, errors } = this
      expect({ exitCode, output, errors }).toMatchObject({ exitCode: expect.any(Number) as number })
      expect([stdout?.readableEnded, stderr?.readableEnded]).toEqual([true, true])
    })
  }

  hangUp(): void {
    this.#child.kill('SIGHUP')
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    process.kill(-pid, 'SIGKILL')
  }
}

/** Resolves when the assertions hold. */
export function until(assertions: () => void): Promise<void> {
  return vi.waitFor(assertions, { timeout: PATIENCE, interval: 10 })
}

/** The package lies in it as npm installs it; what else is installed is linked. */
function createProject(installed: Record<string, string>): string {
  mkdirSync(path('.cache/docs'), { recursive: true })
  const folder = mkdtempSync(path('.cache/docs/project-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  cpSync(path('dist'), join(modules, 'everysource/dist'), { recursive: true, filter: (file) => !file.endsWith('.map') })
  cpSync(path('package.json'), join(modules, 'everysource/package.json'))
  for (const [name, place] of Object.entries({
    'eventsource-parser': path('node_modules/eventsource-parser'),
    ...installed,
  })) {
    symlinkSync(place, join(modules, name), 'junction')
  }
  return folder
}
