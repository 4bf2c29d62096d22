/** A simple reference implementation of the standard for whole streams: decides which side is wrong. (HTML, 9.2.6) */

/** The type, data and last event ID of an event. */
type Message = [type: string, data: string, lastEventId: string]

export interface Interpretation {
  messages: Message[]
  /** The value as of the last blank line. */
  lastEventId: string
  reconnectionTime: number
  /** The reconnection time in Chromium, which deviates from the standard. */
  chromiumTime: number
}

/** Default reconnection time of Chromium. */
export const DEFAULT_TIME = 3_000

const CHROMIUM_MAX = 2n ** 64n - 1n

/** @param before last event ID string and reconnection time left by earlier connections */
export function interpret(stream: Uint8Array, before: { lastEventId: string; time: number }): Interpretation {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(stream).replace(/^\uFEFF/, '')
  // Text after the last line end is not a line yet.
  const lines = text.split(/\r\n|\n|\r/).slice(0, -1)
  const messages: Message[] = []
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
        if (BigInt(value) <= CHROMIUM_MAX) chromiumTime = reconnectionTime
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
