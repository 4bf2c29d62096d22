/** Messages as JSON lines, to keep. */

import type { Message } from './recording.ts'

/** @param startedAt when the first connection was asked for, on the same clock */
export function toJSONLines(messages: readonly Message[], startedAt: number): string {
  return messages
    .map(({ number, at, type, lastEventId, data }) => {
      return `${JSON.stringify({ number, ms: Math.round(at - startedAt), type, lastEventId, data })}\n`
    })
    .join('')
}

/** Gives a text to the person as a file. */
export function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has it by then.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 60_000)
}
