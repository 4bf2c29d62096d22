/** WebKitGTK, driven over WebDriver, on a virtual screen. */

import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver'
import { keep } from '../children.ts'
import type { Engine } from './engine.ts'
import { openStandalone } from './standalone.ts'

const DRIVER = '/usr/bin/WebKitWebDriver'
const SCREEN = '/usr/bin/Xvfb'
const MINI_BROWSERS = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`)

/** How long a driver may take to start, in ms. */
const PATIENCE = 20_000

export const webkit: Engine = {
  name: 'webkit',
  missing() {
    const absent = [DRIVER, SCREEN].find((path) => !existsSync(path))
    if (absent !== undefined) return `${absent} is missing`
    return miniBrowser() === undefined ? 'the MiniBrowser of WebKitGTK is missing' : undefined
  },
  async launch() {
    const screen = await startScreen()
    const first = await openSession(screen.display)
    await first.close()
    return {
      title: `WebKitGTK ${first.version}`,
      async open(url, ...tabs) {
        const session = await openSession(screen.display)
        await session.driver.get(url)
        for (const tab of tabs) {
          await session.driver.switchTo().newWindow('tab')
          await session.driver.get(tab)
        }
        return session.close
      },
      async close() {
        await ended(screen.child)
      },
    }
  },
}

/** Opens a page in a MiniBrowser without a driver, with a new profile and more arguments. Returns a function that closes it. */
export async function openMiniBrowser(url: string, args: string[]): Promise<() => Promise<void>> {
  const { child, display } = await startScreen()
  const close = await openStandalone(
    miniBrowser() ?? '',
    () => ['--javascript-can-open-windows-automatically=true', ...args, url],
    (profile) => ({ ...process.env, DISPLAY: display, XDG_DATA_HOME: profile, XDG_CACHE_HOME: profile }),
  )
  return async () => {
    await close()
    await ended(child)
  }
}

function miniBrowser(): string | undefined {
  return MINI_BROWSERS.find((path) => existsSync(path))
}

/** Starts a virtual screen. */
export async function startScreen(): Promise<{ child: ChildProcess; display: string }> {
  const args = ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '1024x768x24']
  const child = keep(spawn(SCREEN, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }))
  const output = child.stdio[3] as NodeJS.ReadableStream
  const display = await new Promise<string>((resolve, reject) => {
    output.once('data', (number: Buffer) => {
      resolve(`:${number.toString().trim()}`)
    })
    child.once('exit', () => {
      reject(new Error('Xvfb did not start'))
    })
  })
  return { child, display }
}

export interface Session {
  driver: WebDriver
  version: string
  close(): Promise<void>
}

/** Each page needs a separate driver: a driver has one session, and a session has one profile. */
export async function openSession(display: string): Promise<Session> {
  const port = await freePort()
  const env = { ...process.env, DISPLAY: display }
  const child = keep(spawn(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', env }))
  const address = `http://127.0.0.1:${port}`
  await listening(`${address}/status`)
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
  })
  const driver = await new Builder().usingServer(address).withCapabilities(capabilities).build()
  return {
    driver,
    version: (await driver.getCapabilities()).getBrowserVersion() ?? '',
    async close() {
      await driver.quit()
      await ended(child)
    },
  }
}

async function listening(url: string): Promise<void> {
  const until = Date.now() + PATIENCE
  for (;;) {
    try {
      await fetch(url)
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await delay(20)
    }
  }
}

export function ended(child: ChildProcess): Promise<unknown> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  return exited
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => {
        resolve(port)
      })
    })
  })
}
