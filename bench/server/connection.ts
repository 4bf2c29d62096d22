/** One response. Frames its chunks itself, to control them exactly and to save time. */

import type { Socket } from 'node:net'
import { END_TEXT } from '../fixture.ts'

export class Connection {
  readonly #socket: Socket

  /** @param socket the socket of a response whose head has been sent, with `Transfer-Encoding: chunked` */
  constructor(socket: Socket) {
    this.#socket = socket
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** Writes one chunk in one system call. Returns false if the buffer is full. */
  send(bytes: Uint8Array): boolean {
    return this.#socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, LINE_END]))
  }

  /** Sends the end message. The connection stays open, so that no client reconnects. */
  end(): void {
    this.send(Buffer.from(END_TEXT))
  }

  /** Resolves when the buffer has drained or the connection is closed. */
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
