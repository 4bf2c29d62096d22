/** Sends bytes to a client as the plan says, up to its cut. */

import type { Socket } from 'node:net'
import { setImmediate as nextIteration, setTimeout as delay } from 'node:timers/promises'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'

/** Maximum size of delayed pieces in bytes, and maximum pause in ms. */
const PIECE = 400
const PAUSE = 30

/** Number of bytes to send one by one before the rest is sent at once, to save CPU time. */
const ONE_BY_ONE = 250

/** Whether bytes were sent, cut by the plan, or the client had disconnected. */
type Outcome = 'sent' | 'cut' | 'gone'

export class Wire {
  readonly #socket: Socket
  readonly #plan: Plan
  readonly #random: Random
  /** Bytes left before the cut. */
  #left = Infinity
  #oneByOne = ONE_BY_ONE

  constructor(socket: Socket, plan: Plan, random: Random) {
    this.#socket = socket
    this.#plan = plan
    this.#random = random
  }

  /** Sets the number of bytes until the cut. */
  limit(bytes: number): void {
    this.#left = bytes
  }

  /** Sends the bytes up to the cut. */
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
    else if (this.#plan.manner === 'byte by byte' && this.#oneByOne-- > 0) await nextIteration()
  }
}
