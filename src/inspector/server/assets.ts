/** The built files of the page. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** File names and content types. */
export const ASSETS = {
  'index.html': 'text/html; charset=utf-8',
  'inspector.css': 'text/css; charset=utf-8',
  'inspector.js': 'text/javascript; charset=utf-8',
} as const

export type AssetName = keyof typeof ASSETS

/** Hardening: injected markup can't run scripts, and other sites can't embed the page or learn its URL. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    // Any server, because the page reads streams from anywhere.
    'connect-src *',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  // The URL may contain a token.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

export function isAssetName(name: string): name is AssetName {
  return Object.hasOwn(ASSETS, name)
}

/**
 * Reads a file of the page from the build.
 *
 * @throws if the page is not built
 */
export async function readAsset(name: AssetName): Promise<Buffer> {
  return readFile(new URL(name, folder()))
}

/** Finds `dist/inspector` from the sources and from anywhere in `dist`. */
export function folder(): URL {
  let directory = new URL('./', import.meta.url)
  for (;;) {
    const candidate = new URL('dist/inspector/', directory)
    if (existsSync(new URL('index.html', candidate))) return candidate
    const above = new URL('../', directory)
    if (above.href === directory.href) throw new Error('The page is not built. Run "npm run build"')
    directory = above
  }
}
