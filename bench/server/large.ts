/** One large event in small chunks: `/large?lines=1&length=8388608`. */

import { PIECE } from '../fixture.ts'
import type { Connection } from './connection.ts'

export async function sendLarge(connection: Connection, query: URLSearchParams): Promise<void> {
  for (const chunk of chunks(Number(query.get('lines')), Number(query.get('length')))) {
    if (!connection.isOpen) return
    if (!connection.send(chunk)) await connection.drained()
  }
  connection.end()
}

/** Sends a long line piece by piece, without building it first, and as many short lines as fit in a chunk. */
function* chunks(lines: number, length: number): Generator<Buffer> {
  const piece = Buffer.from(PIECE)
  if (length >= piece.length) {
    for (let line = 0; line < lines; line++) {
      yield Buffer.from('data: ')
      for (let sent = 0; sent < length; sent += piece.length) yield piece
      yield Buffer.from('\n')
    }
  } else {
    const line = `data: ${PIECE.slice(0, length)}\n`
    const most = Math.floor(piece.length / line.length)
    for (let sent = 0; sent < lines; sent += most) yield Buffer.from(line.repeat(Math.min(most, lines - sent)))
  }
  yield Buffer.from('\n')
}
