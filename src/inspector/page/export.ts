/** Exports messages as JSON lines. */

import type { Message } from './recording.ts'

/** @param startedAt when the first request was sent, on the same clock as the messages' `at` */
export function toJSONLines(messages: readonly Message[], startedAt: number): string {
  return messages
    .map(({ number, at, type, lastEventId, data }) => {
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
