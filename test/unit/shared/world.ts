/**
 * A simulated browser and its server. Contexts share a connection, and can be stopped, killed and cached. Locks and messages are as
 * late, and messages as lossy, as in real browsers.
 */

import type { Lock, LockOwner } from '../../../src/shared/lock.ts'
import type { Channel } from '../../../src/shared/host.ts'
import type { createMember } from '../../../src/shared/member.ts'
import type { Message } from '../../../src/shared/protocol.ts'
import type { Connection, Context } from './context.ts'

/** Numbers from 0 to 1. */
export type Random = () => number

/** Generates the same numbers for the same seed. (mulberry32) */
function seededRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface LockRequest {
  context: Context
  owner: LockOwner
  isReleased: boolean
}

interface OpenChannel {
  context: Context
  onMessage: (data: unknown) => void
  isClosed: boolean
  /** When the last message of each sender arrives, because messages of one sender keep their order. */
  arrivals: Map<Context, number>
}

export class World {
  readonly random: Random
  readonly createMember: typeof createMember
  readonly contexts: Context[] = []
  readonly connections = new Set<Connection>()
  /** How many messages the server has sent. */
  sent = 1
  /** Faults that were noticed on the way. */
  readonly faults: string[] = []
  /** Whether a member that had heard nothing of the others has founded another group. */
  isRefounded = false
  hasConnected = false
  /** Whether the stream has IDs. */
  readonly hasIds: boolean
  #holder: LockRequest | undefined
  #queue: LockRequest[] = []
  readonly #channels = new Set<OpenChannel>()
  #highestTerm = 0

  constructor(create: typeof createMember, seed: number, hasIds = true) {
    this.createMember = create
    this.random = seededRandom(seed)
    this.hasIds = hasIds
  }

  /** A random time from 0 to `max`, in ms. */
  upTo(max: number): number {
    return this.random() * max
  }

  get running(): Context[] {
    return this.contexts.filter(({ state }) => state === 'running')
  }

  get holder(): Context | undefined {
    return this.#holder?.context
  }

  /** The server sends the next message. */
  send(): void {
    this.sent++
    for (const connection of this.connections) connection.catchUp()
  }

  lockOf(context: Context): Lock {
    let own: LockRequest | undefined
    const release = (): void => {
      if (own) this.#release(own)
    }
    return {
      request: (owner, steal) => {
        release()
        const request: LockRequest = { context, owner, isReleased: false }
        own = request
        setTimeout(() => {
          this.#request(request, steal)
        }, this.upTo(3))
      },
      release,
      state: () =>
        new Promise((resolve) => {
          setTimeout(() => {
            const state = { isHeld: this.#holder === own && own !== undefined, waiting: this.#queue.length }
            context.run(() => {
              resolve(state)
            })
          }, this.upTo(3))
        }),
    }
  }

  #request(request: LockRequest, steal: boolean): void {
    if (request.isReleased || request.context.state === 'dead') return
    if (!steal) this.#queue.push(request)
    else {
      const robbed = this.#holder
      this.#grant(request)
      robbed?.context.run(() => {
        if (!robbed.isReleased) robbed.owner.stolen()
      })
    }
    this.#grantNext()
  }

  #grant(request: LockRequest): void {
    this.#holder = request
    request.context.run(() => {
      if (!request.isReleased) request.owner.granted()
    })
  }

  #grantNext(): void {
    if (this.#holder) return
    const next = this.#queue.shift()
    if (next) this.#grant(next)
  }

  #release(request: LockRequest): void {
    request.isReleased = true
    this.#queue = this.#queue.filter((one) => one !== request)
    if (this.#holder === request) this.#holder = undefined
    setTimeout(() => {
      this.#grantNext()
    }, this.upTo(2))
  }

  /** The process of a context is gone. */
  forget(context: Context): void {
    const own = [this.#holder, ...this.#queue].filter((request) => request?.context === context)
    for (const request of own) if (request) this.#release(request)
  }

  openChannel(context: Context, onMessage: OpenChannel['onMessage']): Channel {
    const channel: OpenChannel = { context, onMessage, isClosed: false, arrivals: new Map() }
    this.#channels.add(channel)
    return {
      post: (message) => {
        if (channel.isClosed) throw new Error('InvalidStateError')
        this.#noteLeader(message)
        this.post(context, message)
      },
      close: () => {
        channel.isClosed = true
        this.#channels.delete(channel)
      },
    }
  }

  /** Posts to all channels except those of the context. */
  post(from: Context, message: unknown): void {
    const postedAt = Date.now()
    for (const channel of this.#channels) {
      if (channel.context === from) continue
      const { context } = channel
      const arrival = Math.max(postedAt + from.lagTo(context), channel.arrivals.get(from) ?? 0)
      channel.arrivals.set(from, arrival)
      const copy: unknown = structuredClone(message)
      setTimeout(() => {
        if (from.lostAfter < postedAt) return
        from.lastArrived = Math.max(from.lastArrived, postedAt)
        context.run(() => {
          if (!channel.isClosed) channel.onMessage(copy)
        })
      }, arrival - postedAt)
    }
  }

  #noteLeader(message: Message): void {
    if (message.type !== 'entries' || message.to !== undefined) return
    if (message.term < this.#highestTerm) this.faults.push('an old leader posted entries')
    this.#highestTerm = Math.max(this.#highestTerm, message.term)
  }
}
