/** What the server answers. */

import type { ServerResponse } from 'node:http'
import type { Program } from './story.ts'

type Answer = Program['answer']

export function begin(response: ServerResponse, type = 'text/event-stream'): ServerResponse {
  response.writeHead(200, { 'Content-Type': type })
  return response
}

/** A stream that stays open, in these pieces. */
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

/** One that ends. */
export function ends(text: string): (response: ServerResponse) => void {
  return (response) => {
    begin(response).end(text)
  }
}
