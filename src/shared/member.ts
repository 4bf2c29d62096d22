/** A member of the group that shares a connection: it follows a leader, succeeds it, or leads. `protocol.ts` has the messages. */

import type { Lock, LockState } from './lock.ts'
import { isLater, isSame, Log } from './log.ts'
import {
  isFromLeader,
  readMessage,
  VERSION,
  type Content,
  type Entries,
  type Entry,
  type Message,
  type Position,
  type Snapshot,
} from './protocol.ts'

/** How long a visible follower hears nothing before it asks, in ms. */
const SILENCE = 4_000
/** How long it waits for the answer, in ms. It asks twice. */
const ANSWER = 2_000
/** The longest random wait before it steals the lock, in ms. */
const JITTER = 500
/** A leader that has not run for so long may have been replaced, in ms. Less than followers wait before they steal. */
const LEASE = 4_000
/** How long an elected member waits for answers, in ms. */
const ELECTION = 333
/** How long it waits for more after the first one, in ms. */
const MORE_ANSWERS = 50
/** How long the lock is kept after the connection has failed, in ms: longer than the message that says so may take. */
const LINGER = 500

/** What a member needs from its context. Tests simulate it. */
export interface Host {
  /** Undefined if the context cannot share. */
  readonly lock: Lock | undefined
  /** Undefined if the context cannot share. */
  openChannel(onMessage: (data: unknown) => void): Channel | undefined
  isHidden(): boolean
  /** Returns a function that cancels the timer. */
  startTimer(run: () => void, ms: number): () => void
}

export interface Channel {
  post(message: Message): void
  close(): void
}

/** The source that a member belongs to. */
export interface MemberOwner {
  /** In ms. */
  reconnectionTime: number
  /** Reports that messages are missing. */
  readonly loss: Entry
  /** Fires the event of an entry. */
  deliver(entry: Entry): void
  connect(): void
  disconnect(): void
  reconnect(): void
}

/**
 * - `away`: closed, hidden, or in the back/forward cache
 * - `elected`: has the lock, but does not know yet where to continue
 */
type Role = 'away' | 'following' | 'elected' | 'leading'

/** An entry that the leader has not posted yet. A comment has none. */
interface Pending {
  entry?: Entry
  deliver: () => void
}

export class Member {
  readonly log: Log
  readonly #host: Host
  readonly #owner: MemberOwner
  readonly #id = String(Math.random())
  #role: Role = 'away'
  /** Changes with the role, so that a step can stop after an await. */
  #turn = 0
  #lock: Lock | undefined
  #channel: Channel | undefined
  /** The highest one heard of. */
  #term = 0
  /** Whether the leader has answered since this member joined, and no entry is missing. */
  #isCurrent = false
  /** Whether the leader has left, and this member has all its entries. */
  #hasAll = false
  /** When the leader was last heard, in ms since 1970. */
  #heardAt = 0
  /** How often this follower has asked since. */
  #asked = 0
  #stopTimer: (() => void) | undefined
  /** Followers to answer once this member leads, with their positions. */
  readonly #askers = new Map<string, Position | undefined>()
  /** The latest state that another member has told this elected one. */
  #best: Snapshot | undefined
  /** Called for each answer to `elect`, and when this member has received missing entries. */
  #onNews: ((isAnswer: boolean) => void) | undefined
  #pending: Pending[] = []
  /** When this leader last ran, in ms since 1970. */
  #ranAt = 0
  /** Steps that wait until it is certain that this member still leads. */
  #unproven: (() => void)[] = []

  /** @param lastEventId the option; may be empty */
  constructor(host: Host, owner: MemberOwner, lastEventId: string) {
    this.#host = host
    this.#lock = host.lock
    this.#owner = owner
    this.log = new Log(lastEventId)
  }

  get isShared(): boolean {
    return this.#lock !== undefined
  }

  get leads(): boolean {
    return this.#role === 'leading'
  }

  join(): void {
    if (this.#role !== 'away') return
    this.#channel = this.#lock && this.#host.openChannel(this.#onMessage)
    if (this.#channel) this.#follow()
    else this.#leadAlone()
  }

  /** Leaves the group until `join()`. */
  leave(): void {
    if (this.#role === 'away') return
    this.log.isOpen = false
    const { snapshot } = this.log
    if (this.leads && snapshot) this.#post({ type: 'bye', snapshot })
    this.#depart()
    this.#lock?.release()
  }

  /** Leaves until `join()`, and reports that as a change of state. */
  pause(): void {
    if (this.#role === 'away') return
    this.leave()
    this.#disconnected()
  }

  /** Leaves permanently, because the connection has failed. */
  retire(): void {
    this.#depart()
    this.#host.startTimer(() => this.#lock?.release(), LINGER)
  }

  /** Adds an entry to the log. Messages wait for `flush()` or for another entry. */
  commit(pending: Pending): void {
    this.#pending.push(pending)
    const kind = pending.entry?.[0]
    if (kind && kind !== 'message' && kind !== 'id') this.flush()
  }

  /** Posts the entries that wait, and then delivers them here. */
  flush(): void {
    if (this.#pending.length > 0) this.#asLeader(this.#postPending)
  }

  /** Reconnects, wherever the connection is. */
  reconnect(): void {
    if (this.leads) this.#asLeader(this.#reconnectHere)
    else this.#post({ type: 'reconnect' })
  }

  /** Checks the silence of the leader. Call it when the context may have slept, and when it is shown. */
  readonly look = (): void => {
    if (this.#role !== 'following') return
    this.#stopTimer?.()
    if (this.#host.isHidden()) return
    const silence = Date.now() - this.#heardAt
    if (silence < SILENCE) this.#lookIn(SILENCE - silence)
    else if (this.#asked < 2) {
      this.#asked++
      this.#ask()
      this.#lookIn(ANSWER)
    } else void this.#steal()
  }

  /** Looks again later. If the timer is far too late, this context has slept, and answers may be waiting. */
  #lookIn(ms: number): void {
    const due = Date.now() + ms
    this.#stopTimer = this.#host.startTimer(() => {
      if (Date.now() - due > ANSWER) this.#asked = 0
      this.look()
    }, ms)
  }

  async #steal(): Promise<void> {
    const turn = this.#turn
    const heardAt = this.#heardAt
    const isSilent = (): boolean => turn === this.#turn && heardAt === this.#heardAt
    // In Chromium, a query frees the lock of a cached page.
    await this.#lockState()
    if (!isSilent()) return
    this.#stopTimer = this.#host.startTimer(() => {
      if (isSilent()) this.#requestLock(true)
      else this.look()
    }, Math.random() * JITTER)
  }

  #requestLock(steal: boolean): void {
    this.#lock?.request(
      {
        granted: () => {
          void this.#elect()
        },
        stolen: () => {
          this.#giveWay()
        },
        refused: () => {
          this.#depart()
          this.#leadAlone()
        },
      },
      steal,
    )
  }

  async #lockState(): Promise<LockState> {
    return (await this.#lock?.state()) ?? { isHeld: false, waiting: 0 }
  }

  /** Starts a role without anything of the last one. */
  #begin(role: Role): number {
    this.#role = role
    this.#stopTimer?.()
    this.#askers.clear()
    this.#best = undefined
    this.#onNews = undefined
    this.#pending = []
    this.#unproven = []
    this.#owner.disconnect()
    return ++this.#turn
  }

  #depart(): void {
    this.#begin('away')
    this.#channel?.close()
    this.#channel = undefined
  }

  #follow(): void {
    this.#begin('following')
    this.#isCurrent = false
    this.#hasAll = false
    this.#hear()
    this.#requestLock(false)
    this.#ask()
    this.look()
  }

  /** Stops leading, because another member does. */
  #giveWay(): void {
    this.#follow()
    this.#disconnected()
  }

  #disconnected(): void {
    this.log.isOpen = false
    this.#owner.deliver(['connecting'])
  }

  /** This member has the lock, or has to find out whether it still has it. */
  async #elect(): Promise<void> {
    const hasAll = this.#hasAll
    const turn = this.#begin('elected')
    const { isHeld, waiting } = await this.#lockState()
    if (turn !== this.#turn) return
    if (!isHeld) {
      this.#giveWay()
      return
    }
    this.#term = Math.max(Date.now(), Math.floor(this.#term) + 1) + Math.random()
    const { position: at } = this.log
    this.#post({ type: 'elect', at })
    if (!hasAll && (at || waiting > 0)) await this.#answers(waiting)
    if (turn !== this.#turn) return
    const best = this.#best
    if (best && isLater(best.at, this.log.position)) this.#adopt(best)
    if (turn === this.#turn) this.#lead()
  }

  /** Resolves when all that wait for the lock have answered and no entry is missing, or after a while. */
  #answers(waiting: number): Promise<void> {
    return new Promise((resolve) => {
      let count = 0
      const check = (): void => {
        const { position } = this.log
        const isMissing = position && isLater(this.#best?.at, position)
        if (count >= waiting && !isMissing) resolve()
      }
      const { startTimer } = this.#host
      const stops = [startTimer(resolve, ELECTION)]
      this.#stopTimer = () => {
        for (const stop of stops) stop()
      }
      this.#onNews = (isAnswer) => {
        if (isAnswer && ++count === 1) {
          const endWait = (): void => {
            count = waiting
            check()
          }
          stops.push(startTimer(endWait, MORE_ANSWERS))
        }
        check()
      }
    })
  }

  #leadAlone(): void {
    this.#lock = undefined
    this.#lead()
  }

  #lead(): void {
    const askers = [...this.#askers]
    const { position, hasOpened, lastEventId } = this.log
    this.#begin('leading')
    this.#ranAt = Date.now()
    this.#enter(['term', this.#term || this.#ranAt, position?.[0] ?? 0])
    // The server cannot know what to send again.
    if (position && hasOpened && lastEventId === undefined) this.#enter(this.#owner.loss)
    for (const [from, at] of askers) this.#answer(from, at)
    this.#owner.connect()
  }

  #enter(entry: Entry): void {
    this.commit({
      entry,
      deliver: () => {
        this.#owner.deliver(entry)
      },
    })
  }

  readonly #postPending = (): void => {
    const pending = this.#pending
    this.#pending = []
    const { next: first } = this.log
    const entries: Entry[] = []
    const deliveries: (() => void)[] = []
    for (const { entry, deliver } of pending) {
      if (entry) entries.push(entry)
      if (!entry || this.log.add(entry)) deliveries.push(deliver)
    }
    const { reconnectionTime } = this.#owner
    if (entries.length > 0) this.#post({ type: 'entries', first, entries, reconnectionTime })
    this.#deliver(deliveries)
  }

  readonly #reconnectHere = (): void => {
    this.#owner.reconnect()
  }

  /** Listeners may close the source. */
  #deliver(deliveries: (() => void)[]): void {
    const turn = this.#turn
    for (const deliver of deliveries) if (turn === this.#turn) deliver()
  }

  /** A leader that was stopped or frozen finds out first whether it still leads. */
  #asLeader(step: () => void): void {
    const isProven = !this.#channel || (this.#unproven.length === 0 && Math.abs(Date.now() - this.#ranAt) < LEASE)
    if (isProven) {
      this.#ranAt = Date.now()
      step()
    } else if (this.#unproven.push(step) === 1) void this.#prove()
  }

  async #prove(): Promise<void> {
    const turn = this.#turn
    const { isHeld } = await this.#lockState()
    if (turn !== this.#turn) return
    if (!isHeld) {
      this.#giveWay()
      return
    }
    this.#ranAt = Date.now()
    this.#deliver(this.#unproven.splice(0))
  }

  #post(content: Content): void {
    this.#channel?.post({ ...content, version: VERSION, from: this.#id, term: this.#term })
  }

  #ask(): void {
    this.#post({ type: 'ask', at: this.log.position })
  }

  #answer(to: string, at: Position | undefined): void {
    const { snapshot } = this.log
    if (!snapshot) return
    const { reconnectionTime } = this.#owner
    const missed = at && !isSame(at, snapshot.at) ? this.log.since(at) : undefined
    if (missed) this.#post({ type: 'entries', to, reconnectionTime, ...missed })
    else this.#post({ type: 'state', to, at, reconnectionTime, snapshot })
  }

  #hear(): void {
    this.#heardAt = Date.now()
    this.#asked = 0
  }

  readonly #onMessage = (data: unknown): void => {
    const message = readMessage(data)
    if (!message || this.#role === 'away') return
    if (isFromLeader(message)) this.#onLeader(message)
    else this.#onFollower(message)
  }

  #onFollower(message: Message): void {
    const { type, from, term } = message
    if (this.#role === 'following') return
    if (this.leads && term > this.#term) {
      // The others would ignore this leader.
      this.#term = term
      void this.#elect()
    } else if (type === 'position') {
      if (message.to === this.#id && this.#role === 'elected') this.#onPosition(message.snapshot, message.missed)
    } else if (type === 'ask') {
      const { at } = message
      if (this.leads)
        this.#asLeader(() => {
          this.#answer(from, at)
        })
      else this.#askers.set(from, at)
    } else if (this.leads) this.#asLeader(this.#reconnectHere)
  }

  #onPosition(snapshot: Snapshot | undefined, missed: Entries | undefined): void {
    if (missed) this.#receive(missed)
    if (isLater(snapshot?.at, this.#best?.at)) this.#best = snapshot
    this.#onNews?.(true)
  }

  #onLeader(message: Message): void {
    const { term } = message
    if (this.#role === 'following') {
      if (term < this.#term) return
      this.#term = term
      this.#hear()
      this.#hasAll = false
      this.#onCurrentLeader(message)
    } else if (term > this.#term) {
      this.#term = term
      void this.#elect()
    } else if (this.#role === 'elected' && message.type === 'entries' && !message.to) {
      // Posted before this member got the lock.
      this.#receive(message, term)
      this.#onNews?.(false)
    }
  }

  #onCurrentLeader(message: Message): void {
    const { position, snapshot } = this.log
    if ('reconnectionTime' in message) this.#owner.reconnectionTime = message.reconnectionTime
    switch (message.type) {
      case 'entries':
        this.#onEntries(message)
        break
      case 'state':
        // It may have received entries since.
        if (message.to !== this.#id || !isSame(message.at, position)) return
        this.#isCurrent = true
        this.#adopt(message.snapshot)
        break
      case 'bye':
        // A new member continues there too.
        if (!position) this.log.jump(message.snapshot)
        this.#hasAll = isSame(message.snapshot.at, this.log.position)
        break
      case 'elect': {
        const { from: to, at } = message
        const missed = at && isLater(position, at) ? this.log.since(at) : undefined
        this.#post({ type: 'position', to, snapshot, missed })
        if (!this.#isCurrent) this.#ask()
      }
    }
  }

  #onEntries(message: Message & { type: 'entries' }): void {
    const { to, term } = message
    if (to === this.#id) this.#isCurrent = this.#receive(message)
    else if (to !== undefined || this.#receive(message, term) || !this.#isCurrent) return
    else this.#isCurrent = false
    if (!this.#isCurrent) this.#ask()
  }

  /** Returns whether the entries follow the ones that are known. */
  #receive(message: Entries, term?: number): boolean {
    const entries = this.log.position && this.log.receive(message, term)
    if (entries) this.#deliverEntries(entries)
    return entries !== undefined
  }

  #adopt(snapshot: Snapshot): void {
    const { position, isOpen, lastEventId } = this.log
    const isMissing = position !== undefined && !isSame(snapshot.at, position)
    if (isMissing || !position) this.log.jump(snapshot)
    else this.log.isOpen = snapshot.isOpen
    const entries: Entry[] = []
    if (snapshot.lastEventId !== undefined && snapshot.lastEventId !== lastEventId)
      entries.push(['id', snapshot.lastEventId])
    if (isMissing) entries.push(this.#owner.loss)
    if (snapshot.isOpen && (isMissing || !isOpen)) entries.push(['open', snapshot.origin])
    else if (isOpen && !snapshot.isOpen) entries.push(['connecting'])
    this.#deliverEntries(entries)
  }

  #deliverEntries(entries: readonly Entry[]): void {
    this.#deliver(
      entries.map((entry) => () => {
        this.#owner.deliver(entry)
      }),
    )
  }
}
