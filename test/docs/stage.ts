/** A user's folder in which a documentation block runs as a separate program. */

import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { path } from '../conformance/bundle.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import { type Block, replaced } from './blocks.ts'
import { type Certificates, createCertificates } from './certificates.ts'
import { Program } from './program.ts'
import { createFolder } from './project.ts'
import { type Answer, startProxy, startServer, type TestProxy, type TestServer } from './servers.ts'

/** The runtime of a block, one of `RUNTIMES`, and the installed version of undici. */
export interface Place {
  runtime: string
  undici?: 7 | 8
}

/** Installed by `npm ci` in test/consumers. */
const CONSUMED = ['@modelcontextprotocol/sdk', 'react', 'react-dom', 'vue']
const UNDICI = { 7: 'test/runtimes/node_modules/undici', 8: 'node_modules/undici' }

/** Other packages available to a documentation program, by path. */
const INSTALLED: Record<string, string> = {
  msw: path('node_modules/msw'),
  vitest: path('node_modules/vitest'),
  ...Object.fromEntries(CONSUMED.map((name) => [name, path(`test/consumers/node_modules/${name}`)])),
}

/** Shared by all tests, because generating keys is slow. */
let certificates: Certificates | undefined

export class Stage {
  readonly block: Block
  /** The folder of its files. */
  readonly folder: string
  readonly #command: string[]
  readonly #onTestFinished: (cleanUp: () => void) => void

  constructor(block: Block, { runtime, undici = 8 }: Place, onTestFinished: (cleanUp: () => void) => void) {
    this.block = block
    this.#command = RUNTIMES[runtime] ?? []
    this.#onTestFinished = onTestFinished
    this.folder = createFolder({ ...INSTALLED, undici: path(UNDICI[undici]) })
  }

  /** Why the runtime cannot start, if so. */
  static missing({ runtime, undici }: Place): string | undefined {
    return missing(RUNTIMES[runtime] ?? []) ?? (undici && missing([`${path(UNDICI[undici])}/package.json`]))
  }

  /** Starts a server until the end of the test. */
  async serve(answer: Answer): Promise<TestServer> {
    return this.#cleaned(await startServer(answer))
  }

  /** Starts one with a certificate for api.example.com and 127.0.0.1, signed by `ca.pem` in the folder. */
  async serveSecurely(answer: Answer): Promise<TestServer> {
    certificates ??= createCertificates('api.example.com')
    this.write('ca.pem', certificates.ca)
    return this.#cleaned(await startServer(answer, certificates))
  }

  /** Starts a proxy that connects every host to the server. */
  async proxyTo(server: TestServer): Promise<TestProxy> {
    return this.#cleaned(await startProxy(server))
  }

  /** Runs this at the end of the test. */
  cleanUp(action: () => void): void {
    this.#onTestFinished(action)
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  /**
   * Runs the block with these replacements, such as origins and long delays.
   *
   * @param appended code to add
   */
  run(replacements: Record<string, string> = {}, env: Record<string, string> = {}, appended = ''): Program {
    const text = replaced(this.block.text, replacements) + appended
    if (this.block.language === 'sh') return this.#start(['sh', '-c', text], env)
    return this.runFile(this.block.language === 'ts' ? 'app.ts' : 'app.js', text, env)
  }

  /** Runs another program in the folder, such as a server or the subject of a command. */
  runFile(file: string, text: string, env: Record<string, string> = {}): Program {
    this.write(file, text)
    return this.#start([...this.#command, file], env)
  }

  /** Type-checks the unchanged block. */
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

  /** Runs the block as a test file with these arguments of the runtime. */
  test(file: string, args: string[]): Program {
    this.write(file, this.block.text)
    return this.#start([...this.#command, ...args, file], {})
  }

  /** Runs a system command. */
  command(command: string[]): Program {
    return this.#start(command, {})
  }

  #start(command: string[], env: Record<string, string>): Program {
    const { PATH = '', HOME = '' } = process.env
    const own = { PATH: `${dirname(this.#command[0] ?? '')}${delimiter}${PATH}`, HOME, NO_COLOR: '1' }
    const program = new Program(command, this.folder, { ...own, ...env })
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
