/** Exports messages as JSON lines. */

import type { Entry } from './recording.ts'

/** @param startedAt when the first request was sent, on the same clock as the entries' `at` */
export function toJSONLines(entries: readonly Entry[], startedAt: number): string {
  return entries
    .map((entry) => {
      if (entry.kind !== 'message') return ''
      const { number, at, type, lastEventId, data } = entry
      return `${JSON.stringify({ number, ms: Math.round(at - startedAt), type, lastEventId, data })}\n`
    })
    .join('')
}

/** Downloads the text as a file. */
export function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Leaves the browser time to read the blob.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 60_000)
}
