/** Chunks of a body on their way to the decoder. */

import { EventTooLargeError, piecesOf, TOO_LARGE, type EventDecoder } from '../decoder/event-decoder.ts'
import type { Body } from './exchange.ts'
import { AttemptError } from './failure.ts'

/**
 * Firefox delivers megabytes at once, which would block the page and buffer more events than it can deliver.
 *
 * @throws an `AttemptError` if the chunk has no bytes
 */
export function piecesToDecode(chunk: unknown, { decodeWholeChunks }: Body): Iterable<Uint8Array> {
  // Not instanceof: a test environment's Uint8Array may come from another realm.
  if (!ArrayBuffer.isView(chunk)) {
    throw new AttemptError({ reason: 'unsupported', message: 'cannot be read: its body is not a stream of bytes' })
  }
  return decodeWholeChunks ? [chunk as Uint8Array] : piecesOf(chunk as Uint8Array)
}

/** @throws an `AttemptError` if an event is too large */
export function decodePiece(decoder: EventDecoder, piece: Uint8Array): void {
  try {
    decoder.decode(piece)
  } catch (error) {
    throw error instanceof EventTooLargeError ? new AttemptError({ reason: 'too-large', message: TOO_LARGE }) : error
  }
}
