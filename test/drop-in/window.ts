/**
 * A window of Chromium in which a page can be hidden in earnest. Playwright's cannot: it keeps its pages in view, whatever
 * becomes of their window. So this speaks the DevTools protocol itself.
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium, FLAGS } from '../browser/chromium.ts'

// Those of test/browser/chromium.ts that matter here.
interface Reply {
  id?: number
  result?: Record<string, unknown>
  error?: { message: string }
}

/** One page in it. Another tab comes with it, to be brought to the front. */
export interface Page {
  evaluate(expression: string): Promise<unknown>
  /** Brings another tab to the front. */
  coverUp(): Promise<void>
  /** Brings this one to the front. */
  uncover(): Promise<void>
  /** Minimizes the window, or gives it its size back. */
  minimize(): Promise<void>
  restore(): Promise<void>
  close(): Promise<void>
}

export class Window {
  readonly #child: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #calls = new Map<number, (reply: Reply) => void>()
  #lastCall = 0
  #cover = ''

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child
    this.#profile = profile
    this.#socket = socket
    socket.onmessage = ({ data }) => {
      const reply = JSON.parse(data as string) as Reply
      if (reply.id !== undefined) this.#calls.get(reply.id)?.(reply)
    }
  }

  static async open(): Promise<Window> {
    const profile = mkdtempSync(join(tmpdir(), 'everysource-'))
    const args = [...FLAGS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank']
    const child = spawn(findChromium() ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const socket = new WebSocket(await address(child))
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    const window = new Window(child, profile, socket)
    window.#cover = (await window.#call('Target.createTarget', { url: 'about:blank' })).targetId as string
    return window
  }

  async page(url: string): Promise<Page> {
    const { targetId } = await this.#call('Target.createTarget', { url })
    const { sessionId } = await this.#call('Target.attachToTarget', { targetId, flatten: true })
    const { windowId } = await this.#call('Browser.getWindowForTarget', { targetId })
    const bringToFront = async (targetId: unknown): Promise<void> => {
      await this.#call('Target.activateTarget', { targetId })
    }
    const setState = async (windowState: string): Promise<void> => {
      await this.#call('Browser.setWindowBounds', { windowId, bounds: { windowState } })
    }
    return {
      evaluate: async (expression) => {
        const params = { expression, awaitPromise: true, returnByValue: true }
        const { result, exceptionDetails } = await this.#call('Runtime.evaluate', params, sessionId)
        if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
        return (result as { value: unknown }).value
      },
      coverUp: () => bringToFront(this.#cover),
      uncover: () => bringToFront(targetId),
      minimize: () => setState('minimized'),
      restore: () => setState('normal'),
      close: async () => {
        await this.#call('Target.closeTarget', { targetId })
      },
    }
  }

  async close(): Promise<void> {
    this.#socket.close()
    const closed = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill()
    await closed
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10 })
  }

  #call(method: string, params: object, sessionId?: unknown): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastCall
      this.#calls.set(id, ({ result, error }) => {
        this.#calls.delete(id)
        if (result) resolve(result)
        else reject(new Error(`${method}: ${error?.message ?? ''}`))
      })
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
  }
}

/** Where it listens, as it says. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [, url] = /listening on (ws:\S+)/.exec(said) ?? []
      if (url !== undefined) resolve(url)
    })
    child.once('error', reject)
    child.once('close', () => {
      reject(new Error(`Chromium has not started: ${said}`))
    })
  })
}
