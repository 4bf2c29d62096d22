/** One response, whose chunks are framed here: so that they are those that were asked for, and cost the server little. */

import type { Socket } from 'node:net'
import { END_TEXT } from '../fixture.ts'

export class Connection {
  readonly #socket: Socket

  /** The socket of a response whose head has been sent, with `Transfer-Encoding: chunked`. */
  constructor(socket: Socket) {
    this.#socket = socket
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** Writes one chunk, in one call to the system; says whether the system takes more. */
  send(bytes: Uint8Array): boolean {
    return this.#socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, LINE_END]))
  }

  /** Says that this was all. The connection stays: nobody is to reconnect. */
  end(): void {
    this.send(Buffer.from(END_TEXT))
  }

  /** Until the system takes more, or nobody reads any longer. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done).off('close', done)
        resolve()
      }
      this.#socket.on('drain', done).on('close', done)
      if (!this.isOpen) done()
    })
  }
}

const LINE_END = Buffer.from('\r\n')
