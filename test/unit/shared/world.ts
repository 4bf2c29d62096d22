/**
 * A simulated browser and its server. Contexts share a connection, and can be stopped, killed and cached. Locks and messages are as
 * late, and messages as lossy, as in real browsers.
 */

import type { Lock, LockOwner } from '../../../src/shared/lock.ts'
import type { Channel, Host, Member, MemberOwner } from '../../../src/shared/member.ts'
import type { Entry, Message } from '../../../src/shared/protocol.ts'

/** In ms. Browsers need up to this long to notice that a process is gone. */
const MAX_DEATH = 60
/** In ms. The last messages of a killed process may be lost. */
const MAX_LOSS = 30

/** In ms. A new member needs up to this long to learn the state. */
const MAX_JOIN = 1_000

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
  readonly Member: typeof Member
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

  constructor(Member: World['Member'], seed: number, hasIds = true) {
    this.Member = Member
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

/** A page, frame or worker with one member. */
export class Context {
  state: 'running' | 'stopped' | 'dead' = 'running'
  isHidden = false
  /** When it joined, was cached or restored, in ms since 1970. */
  since = Date.now()
  /** Whether it can miss messages: it was cached, and other members joined after that. */
  mayMiss = false
  #isClosed = false
  #isCached = false
  /** The numbers of the received messages, and other events. */
  readonly received: (number | 'loss')[] = []
  readonly member: Member
  readonly #world: World
  #waiting: (() => void)[] = []
  /** In ms. */
  readonly #lags = new Map<Context, number>()
  /** Messages posted after this time are lost, because the process has died, in ms since 1970. */
  lostAfter = Infinity
  /** When the last message that has arrived anywhere was posted. */
  lastArrived = 0
  #connection: Connection | undefined

  constructor(world: World) {
    this.#world = world
    world.contexts.push(this)
    const host: Host = {
      lock: world.lockOf(this),
      openChannel: (onMessage) => world.openChannel(this, onMessage),
      isHidden: () => this.isHidden,
      startTimer: (run, ms) => {
        const timer = setTimeout(() => {
          this.run(run)
        }, ms)
        return () => {
          clearTimeout(timer)
        }
      },
    }
    const connect = (): void => {
      this.#connection = new Connection(world, this)
    }
    const disconnect = (): void => {
      this.#connection?.close()
      this.#connection = undefined
    }
    const owner: MemberOwner = {
      reconnectionTime: 3_000,
      loss: ['lost', { message: 'loss', reason: 'network', attempt: 1, endedMidEvent: false }, 0],
      deliver: (entry) => {
        this.#deliver(entry)
      },
      connect,
      disconnect,
      reconnect: () => {
        this.enter(['connecting'])
        disconnect()
        connect()
      },
    }
    this.member = new world.Member(host, owner, '')
    this.member.join()
  }

  /** Runs a task, once the context is not stopped. */
  run(task: () => void): void {
    if (this.state === 'running') task()
    else if (this.state === 'stopped') this.#waiting.push(task)
  }

  stop(): void {
    if (this.state === 'running') this.state = 'stopped'
  }

  resume(): void {
    if (this.state !== 'stopped') return
    this.state = 'running'
    for (const task of this.#waiting.splice(0)) this.run(task)
  }

  kill(): void {
    if (this.state === 'dead') return
    this.state = 'dead'
    // It may have been about to answer them.
    for (const other of this.#world.contexts) other.mayMiss ||= Date.now() - other.since < MAX_JOIN
    this.lostAfter = Math.max(this.lastArrived, Date.now() - this.#world.upTo(MAX_LOSS))
    setTimeout(() => {
      this.#world.forget(this)
      this.#connection?.close()
    }, this.#world.upTo(MAX_DEATH))
  }

  /** Whether it takes part. */
  get isPresent(): boolean {
    return !this.#isClosed && !this.#isCached
  }

  close(): void {
    this.#isClosed = true
    this.member.leave()
  }

  /** The page enters the back/forward cache. */
  cache(): void {
    if (this.#isCached) return
    this.#isCached = true
    this.since = Date.now()
    this.member.pause()
  }

  restore(): void {
    if (!this.#isCached) return
    this.#isCached = false
    const cachedAt = this.since
    const present = this.#world.contexts.filter(({ isPresent, state }) => isPresent && state !== 'dead')
    this.mayMiss ||= !present.every(({ since }) => since + MAX_JOIN < cachedAt)
    this.since = Date.now()
    if (!this.#isClosed) this.member.join()
  }

  setHidden(isHidden: boolean): void {
    this.isHidden = isHidden
    this.run(this.member.look)
  }

  /** Most messages take a few ms, those of some pairs much longer. */
  lagTo(other: Context): number {
    const world = this.#world
    const lag = this.#lags.get(other) ?? (world.random() < 0.1 ? world.upTo(200) : 0)
    this.#lags.set(other, lag)
    return lag + world.upTo(5)
  }

  enter(entry: Entry): void {
    this.member.commit({
      entry,
      deliver: () => {
        this.#deliver(entry)
      },
    })
  }

  #deliver(entry: Entry): void {
    if (entry[0] === 'message') this.received.push(Number(entry[2]))
    else if (entry[0] === 'lost') this.received.push('loss')
  }
}

class Connection {
  readonly #world: World
  readonly #context: Context
  #isOpen = false
  #isClosed = false
  /** The number of the last message that was written. */
  #written: number

  constructor(world: World, context: Context) {
    this.#world = world
    this.#context = context
    const { lastEventId } = context.member.log
    this.#written = -1
    world.isRefounded ||= lastEventId === undefined && world.hasConnected
    world.hasConnected = true
    setTimeout(() => {
      if (this.#isClosed) return
      world.connections.add(this)
      // A new client receives the last message at once, so that it has an ID.
      this.#written = lastEventId === undefined ? world.sent - 1 : Number(lastEventId)
      this.#arrive(() => {
        this.#isOpen = true
        context.enter(['open', 'https://example.com'])
        this.catchUp()
      })
    }, world.upTo(8))
  }

  /** Writes the messages that the client does not have. */
  catchUp(): void {
    if (!this.#isOpen) return
    const numbers: number[] = []
    while (this.#written < this.#world.sent) numbers.push(++this.#written)
    if (numbers.length === 0) return
    this.#arrive(() => {
      for (const number of numbers) {
        const id = this.#world.hasIds ? String(number) : ''
        this.#context.enter(['message', 'message', String(number), id])
      }
      this.#context.member.flush()
    })
  }

  close(): void {
    this.#isClosed = true
    setTimeout(() => this.#world.connections.delete(this), this.#world.upTo(5))
  }

  #arrive(task: () => void): void {
    this.#context.run(() => {
      if (!this.#isClosed) task()
    })
  }
}
