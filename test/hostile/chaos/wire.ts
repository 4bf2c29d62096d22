/** The way to a client: bytes go out in the manner of a plan, up to where it cuts them off. */

import type { Socket } from 'node:net'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'

/** Pieces of what is delayed have so many bytes at most, with so many ms in between. */
const PIECE = 400
const PAUSE = 30

/** As many bytes go out one by one; then it is at once, for each byte is work for everyone. */
const ONE_BY_ONE = 250

/** What became of bytes: the plan has cut them off, or the client has gone before. */
type Outcome = 'sent' | 'cut' | 'gone'

export class Wire {
  readonly #socket: Socket
  readonly #plan: Plan
  readonly #random: Random
  /** How many bytes may go out before the cut. */
  #left = Infinity
  #oneByOne = ONE_BY_ONE

  constructor(socket: Socket, plan: Plan, random: Random) {
    this.#socket = socket
    this.#plan = plan
    this.#random = random
  }

  /** So many more bytes, and then no more. */
  limit(bytes: number): void {
    this.#left = bytes
  }

  /** Sends what may be sent. */
  async send(bytes: Buffer): Promise<Outcome> {
    const sent = bytes.subarray(0, this.#left)
    this.#left -= sent.length
    for (let from = 0; from < sent.length;) {
      if (this.#socket.destroyed) return 'gone'
      const piece = this.#piece(sent.length - from)
      this.#socket.write(sent.subarray(from, from + piece))
      from += piece
      await this.#pause()
    }
    if (this.#socket.destroyed) return 'gone'
    return sent.length === bytes.length ? 'sent' : 'cut'
  }

  #piece(most: number): number {
    switch (this.#plan.manner) {
      case 'at once':
        return most
      case 'delayed':
        return Math.min(most, 1 + Math.floor(this.#random() * PIECE))
      case 'byte by byte':
        return this.#oneByOne > 0 ? 1 : most
    }
  }

  async #pause(): Promise<void> {
    if (this.#plan.manner === 'delayed') await delay(this.#random() * PAUSE)
    else if (this.#plan.manner === 'byte by byte' && this.#oneByOne-- > 0) await turn()
  }
}
