/** Server responses. */

import type { ServerResponse } from 'node:http'
import type { Program } from './scenario.ts'

type Answer = Program['answer']

export function begin(response: ServerResponse, type = 'text/event-stream'): ServerResponse {
  response.writeHead(200, { 'Content-Type': type })
  return response
}

/** A stream that sends these pieces and stays open. */
export function events(...pieces: string[]): Answer {
  return (response) => {
    begin(response)
    const left = [...pieces]
    const next = (): void => {
      const piece = left.shift()
      if (piece === undefined) return
      response.write(piece)
      setTimeout(next, 20)
    }
    next()
  }
}

/** A stream that ends. */
export function ends(text: string): (response: ServerResponse) => void {
  return (response) => {
    begin(response).end(text)
  }
}
