/**
 * A Chromium window in which a page can really be hidden. Playwright keeps its pages visible even if their window is minimized, so
 * this uses the DevTools protocol directly.
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keep } from '../children.ts'
import { findChromium, FLAGS } from './chromium.ts'

interface Reply {
  id?: number
  result?: Record<string, unknown>
  error?: { message: string }
}

/** A page in the window, beside an empty tab that can cover it. */
export interface Page {
  evaluate(expression: string): Promise<unknown>
  /** Brings the empty tab to the front. */
  coverUp(): Promise<void>
  /** Brings this page to the front. */
  uncover(): Promise<void>
  /** Minimizes the window. `restore` undoes it. */
  minimize(): Promise<void>
  restore(): Promise<void>
  /** Freezes the page: its scripts stop until `thaw`. It then stays hidden until it is shown. */
  freeze(): Promise<void>
  thaw(): Promise<void>
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

  static async open(flags: string[] = []): Promise<Window> {
    const profile = mkdtempSync(join(tmpdir(), 'everysource-'))
    const args = [
      ...FLAGS,
      ...flags,
      '--headless',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ]
    const child = keep(spawn(findChromium() ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] }))
    const socket = new WebSocket(await address(child))
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    const window = new Window(child, profile, socket)
    window.#cover = (await window.#call('Target.createTarget', { url: 'about:blank' })).targetId as string
    return window
  }

  /** @param newWindow whether to open a separate window, which can be minimized alone */
  async page(url: string, newWindow = false): Promise<Page> {
    const { targetId } = await this.#call('Target.createTarget', { url, newWindow })
    return this.#attach(targetId)
  }

  /** Finds a page that was opened by another page. */
  async find(url: string): Promise<Page> {
    const { targetInfos } = await this.#call('Target.getTargets', {})
    const target = (targetInfos as { url: string; targetId: string }[]).find((target) => target.url === url)
    if (target === undefined) throw new Error(`No page shows ${url}`)
    return this.#attach(target.targetId)
  }

  async #attach(targetId: unknown): Promise<Page> {
    const { sessionId } = await this.#call('Target.attachToTarget', { targetId, flatten: true })
    const { windowId } = await this.#call('Browser.getWindowForTarget', { targetId })
    const bringToFront = async (targetId: unknown): Promise<void> => {
      await this.#call('Target.activateTarget', { targetId })
    }
    const setState = async (windowState: string): Promise<void> => {
      await this.#call('Browser.setWindowBounds', { windowId, bounds: { windowState } })
    }
    const setLifecycle = async (state: string): Promise<void> => {
      await this.#call('Page.setWebLifecycleState', { state }, sessionId)
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
      freeze: () => setLifecycle('frozen'),
      thaw: () => setLifecycle('active'),
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

/** The address of the DevTools socket, which Chromium prints. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const [, url] = /listening on (ws:\S+)/.exec(output) ?? []
      if (url !== undefined) resolve(url)
    })
    child.once('error', reject)
    child.once('close', () => {
      reject(new Error(`Chromium did not start: ${output}`))
    })
  })
}
