/** The contexts of the simulated browser, and their connections. */

import type { Host } from '../../../src/shared/host.ts'
import type { Member, MemberOwner } from '../../../src/shared/member-types.ts'
import type { Entry } from '../../../src/shared/protocol.ts'
import type { World } from './world.ts'

/** In ms. Browsers need up to this long to notice that a process is gone. */
const MAX_DEATH = 60
/** In ms. The last messages of a killed process may be lost. */
const MAX_LOSS = 30
/** In ms. A new member needs up to this long to learn the state. */
const MAX_JOIN = 1_000

/** A page, frame or worker with one member. */
export class Context {
  state: 'running' | 'stopped' | 'dead' = 'running'
  isHidden = false
  /** Whether `readyState` is OPEN. */
  isOpen = false
  /** When it joined, was cached or restored, in ms since 1970. */
  since = Date.now()
  /** Since when it could notice that the leader is silent, in ms since 1970. */
  awakeAt = Date.now()
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
        let isCanceled = false
        setTimeout(() => {
          this.run(() => {
            if (!isCanceled) run()
          })
        }, ms)
        return () => {
          isCanceled = true
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
      pausesSilently: false,
      getReconnectionTime: () => 3_000,
      setReconnectionTime: () => undefined,
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
    this.member = world.createMember(host, owner, '')
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
    this.awakeAt = Date.now()
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
    this.since = this.awakeAt = Date.now()
    if (!this.#isClosed) this.member.join()
  }

  setHidden(isHidden: boolean): void {
    if (this.isHidden && !isHidden) this.awakeAt = Date.now()
    this.isHidden = isHidden
    this.run(() => {
      this.member.look()
    })
  }

  /** Most messages take a few ms, those of some pairs much longer. */
  lagTo(other: Context): number {
    const world = this.#world
    const lag = this.#lags.get(other) ?? (world.random() < 0.1 ? world.upTo(200) : 0)
    this.#lags.set(other, lag)
    return lag + world.upTo(5)
  }

  enter(entry: Entry): void {
    this.member.commit(entry, () => {
      this.#deliver(entry)
    })
  }

  #deliver(entry: Entry): void {
    if (entry[0] !== 'message' && entry[0] !== 'id') this.isOpen = entry[0] === 'open'
    if (entry[0] === 'message') this.received.push(Number(entry[2]))
    else if (entry[0] === 'lost') this.received.push('loss')
  }
}

export class Connection {
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
