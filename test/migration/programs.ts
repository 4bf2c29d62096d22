/** Runs complete programs in a separate process or in a page. */

import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { BrowserContext } from 'playwright-core'
import { path } from '../conformance/bundle.ts'
import { bundled, runInPage } from './chromium.ts'
import { locate } from './packages.ts'

interface Outcome {
  lines: string[]
  /** The exit code of the process. */
  code: number
}

/** The time limit of a program, in ms. */
const PATIENCE = 180_000
/** How long to wait for unexpected output of a page, in ms. */
const AFTERMATH = 200

/**
 * Runs a program with a server at this origin.
 *
 * @param count how many lines it should print
 */
export type Runner = (program: string, origin: string, count: number) => Promise<Outcome>

let programs = 0

/** @param name the other package that programs may import; `everysource` resolves to this project */
export function runInNode(name: string): Runner {
  const folder = path('.cache/migration')
  mkdirSync(folder, { recursive: true })
  return (program) => {
    const file = `${folder}/${++programs}.mjs`
    writeFileSync(file, program.replaceAll(`from '${name}'`, `from ${JSON.stringify(locate(name))}`))
    return new Promise((resolve) => {
      execFile(process.execPath, ['--no-warnings', file], { timeout: PATIENCE }, (error, output) => {
        const code = error ? Number(error.code ?? -1) : 0
        resolve({ lines: output.split('\n').filter((line) => line !== ''), code })
      })
    })
  }
}

export function runInChromium(context: BrowserContext): Runner {
  return async (program, origin, count) => {
    const content = await bundled(program)
    return runInPage(context, origin, async (page) => {
      const lines: string[] = []
      const printed = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE)
        page.on('console', (message) => {
          if (message.type() !== 'log' || lines.push(message.text()) < count) return
          clearTimeout(timer)
          resolve()
        })
      })
      await page.addScriptTag({ content })
      await printed
      await page.waitForTimeout(AFTERMATH)
      return { lines, code: 0 }
    })
  }
}
