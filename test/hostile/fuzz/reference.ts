/** What the standard makes of a whole stream, written as plainly as can be: says who is wrong where two disagree. (HTML, 9.2.6) */

/** The name, data and last event ID of an event. */
type HeardMessage = [type: string, data: string, lastEventId: string]

export interface Interpretation {
  messages: HeardMessage[]
  /** As of the last blank line. */
  lastEventId: string
  reconnectionTime: number
  /** What Chromium, which departs from the standard there, makes of the same lines. */
  chromiumTime: number
}

/** Chromium's, before a stream says otherwise. */
export const DEFAULT_TIME = 3_000

const LARGEST_CHROMIUM_KNOWS = 2n ** 64n - 1n

/** @param before the last event ID string and reconnection time that the connections before have left */
export function interpret(stream: Uint8Array, before: { lastEventId: string; time: number }): Interpretation {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(stream).replace(/^\uFEFF/, '')
  // What follows the last line end is no line yet.
  const lines = text.split(/\r\n|\n|\r/).slice(0, -1)
  const messages: HeardMessage[] = []
  let { lastEventId, time: reconnectionTime, time: chromiumTime } = before
  let idBuffer = lastEventId
  let type = ''
  let data: string[] = []

  for (const line of lines) {
    if (line === '') {
      lastEventId = idBuffer
      if (data.length > 0) messages.push([type || 'message', data.join('\n'), lastEventId])
      type = ''
      data = []
      continue
    }
    const { name, value } = fieldOf(line)
    if (name === 'event') type = value
    else if (name === 'data') data.push(value)
    else if (name === 'id' && !value.includes('\0')) idBuffer = value
    else if (name === 'retry') {
      if (/^[0-9]+$/.test(value)) {
        reconnectionTime = Number(value)
        if (BigInt(value) <= LARGEST_CHROMIUM_KNOWS) chromiumTime = reconnectionTime
      }
      if (value === '') chromiumTime = DEFAULT_TIME
    }
  }
  return { messages, lastEventId, reconnectionTime, chromiumTime }
}

function fieldOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  if (colon === -1) return { name: line, value: '' }
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') }
}
