/** The page with both packages, bundled, and all programs. */

import { bundled, serving } from '../browser/places.ts'
import type { Extra } from '../server/server.ts'

export async function page(): Promise<Extra> {
  return serving({
    '/drop-in.html': '<!doctype html><meta charset="utf-8"><title>drop-in</title><script src="/drop-in.js"></script>',
    '/drop-in.js': await bundled('test/drop-in/entry.ts', 'iife', 'dropIn'),
  })
}
