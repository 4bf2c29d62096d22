/** Pages of Chromium, for packages that need a browser. */

import { build } from 'esbuild'
import type { BrowserContext, Page } from 'playwright-core'
import { path } from '../conformance/bundle.ts'

/** Bundles a program for a page. `everysource` is the build in dist. */
export async function bundled(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: path('.'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
    nodePaths: [path('test/compat/node_modules')],
  })
  return outputFiles[0]?.text ?? ''
}

const EMPTY = '<!doctype html><meta charset="utf-8"><title>migration</title>'

/** Opens an empty page of this origin, and closes it after use. */
export async function runInPage<T>(
  context: BrowserContext,
  origin: string,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const page = await context.newPage()
  try {
    await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: EMPTY }))
    await page.goto(`${origin}/page`)
    return await use(page)
  } finally {
    await page.close()
  }
}
