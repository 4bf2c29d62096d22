/** Starts nginx and HAProxy, each with a configuration in a temporary folder. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keep } from '../children.ts'
import { freePort } from './port.ts'
import { until } from './until.ts'

/** Paths on Debian. */
export const NGINX = '/usr/sbin/nginx'
export const HAPROXY = '/usr/sbin/haproxy'

export function missing(binary: string): string | undefined {
  return existsSync(binary) ? undefined : `${binary} is not installed`
}

export class Proxy {
  readonly port: number
  readonly #folder: string
  readonly #child: ChildProcess
  #errors = ''

  private constructor(folder: string, port: number, [binary = '', ...args]: string[]) {
    this.#folder = folder
    this.port = port
    this.#child = keep(spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] }))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text))
  }

  /** Starts nginx with the content of its `http` block and other files in its folder. */
  static async nginx(http: (port: number) => string, files: Record<string, string> = {}): Promise<Proxy> {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    return Proxy.#start(
      (folder, port) => `
daemon off;
# One process, of the user who runs the tests.
master_process off;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
${http(port)}
}
`,
      (file, folder) => [NGINX, '-p', folder, '-c', file, '-e', 'stderr'],
      files,
    )
  }

  /** Starts HAProxy with this configuration. */
  static async haproxy(configuration: (port: number) => string, files: Record<string, string> = {}): Promise<Proxy> {
    return Proxy.#start(
      // Otherwise two instances could share a port.
      (_, port) => `global\n    noreuseport\n\n${configuration(port)}`,
      (file) => [HAPROXY, '-db', '-f', file],
      files,
    )
  }

  static async #start(
    configure: (folder: string, port: number) => string,
    command: (file: string, folder: string) => string[],
    files: Record<string, string>,
  ): Promise<Proxy> {
    const folder = mkdtempSync(join(tmpdir(), 'everysource-proxy-'))
    const port = await freePort()
    const file = join(folder, 'proxy.conf')
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    writeFileSync(file, configure(folder, port))
    const proxy = new Proxy(folder, port, command(file, folder))
    try {
      await until(
        () => proxy.#answers(),
        () => `not listening: ${proxy.#errors}\n${readFileSync(file, 'utf8')}`,
      )
    } catch (error) {
      await proxy.stop()
      throw error
    }
    return proxy
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child
    if (exitCode === null && signalCode === null) {
      const exited = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill('SIGKILL')
      await exited
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #answers(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`exited: ${this.#errors}`)
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1')
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => {
        resolve(false)
      })
    })
  }
}
