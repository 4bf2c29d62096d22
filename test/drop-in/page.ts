/** The page that has both packages, as a bundler takes them, and all programs. */

import { build } from 'esbuild'
import { path } from '../conformance/bundle.ts'
import type { Extra } from '../server/server.ts'

export async function page(): Promise<Extra> {
  const { outputFiles } = await build({
    entryPoints: [path('test/drop-in/entry.ts')],
    bundle: true,
    write: false as const,
    format: 'iife',
    globalName: 'dropIn',
    target: 'es2022',
    logLevel: 'warning',
  })
  const html = `<!doctype html><meta charset="utf-8"><title>drop-in</title><script src="/drop-in.js"></script>`
  const files: Record<string, string | undefined> = { '/drop-in.html': html, '/drop-in.js': outputFiles[0]?.text }
  return ({ url = '' }, response) => {
    const content = files[url]
    if (content === undefined) return false
    response.setHeader('Content-Type', url.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(content)
    return true
  }
}
