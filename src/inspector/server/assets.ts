/** The files of the page, as they are built. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** What they are called, and what they are. */
export const ASSETS = {
  'index.html': 'text/html; charset=utf-8',
  'inspector.css': 'text/css; charset=utf-8',
  'inspector.js': 'text/javascript; charset=utf-8',
} as const

export type AssetName = keyof typeof ASSETS

/** Where data that is taken for a page or a script would find nothing to run, and nobody to tell. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    // Any server: to read streams is what the page is for.
    'connect-src *',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  // The address may hold a token.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

export function isAssetName(name: string): name is AssetName {
  return Object.hasOwn(ASSETS, name)
}

/**
 * What a build has made.
 *
 * @throws where there has been none
 */
export async function readAsset(name: AssetName): Promise<Buffer> {
  return readFile(new URL(name, folder()))
}

/** `dist/inspector`, seen from the sources and from wherever in `dist` a build has put this file. */
function folder(): URL {
  let place = new URL('./', import.meta.url)
  for (;;) {
    const candidate = new URL('dist/inspector/', place)
    if (existsSync(new URL('index.html', candidate))) return candidate
    const above = new URL('../', place)
    if (above.href === place.href) throw new Error('The page has not been built: run "npm run build"')
    place = above
  }
}
