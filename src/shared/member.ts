/** A member of the group that shares a connection: it follows a leader, succeeds it, or leads. `protocol.ts` has the messages. */

import { MAX_DELAY } from './core.ts'
import { startElection, type Election } from './election.ts'
import { createLease, type Lease } from './lease.ts'
import type { Lock } from './lock.ts'
import { createLog, isLater, isSame, type Log } from './log.ts'
import {
  isFromLeader,
  isTerm,
  readMessage,
  VERSION,
  type Content,
  type Entries,
  type Entry,
  type Message,
  type Position,
  type Snapshot,
} from './protocol.ts'
import { watchSilence } from './silence.ts'

/** How long the lock is kept after the connection has failed, in ms: longer than the message that says so may take. */
const LINGER = 500

/** The context of a member. Tests simulate it. */
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
  getReconnectionTime(): number
  setReconnectionTime(ms: number): void
  /** Reports that messages are missing. */
  readonly loss: Entry
  /** Whether to report no loss after its own pauses. */
  readonly pausesSilently: boolean
  /** Fires the event of an entry. */
  deliver(entry: Entry): void
  /** @param isSuccessor whether another member was connected before */
  connect(isSuccessor: boolean): void
  disconnect(): void
  reconnect(): void
}

export interface Member {
  readonly log: Log
  readonly isShared: boolean
  readonly leads: boolean
  join(): void
  /** Leaves the group until `join()`. */
  leave(): void
  /** Leaves until `join()`, and reports that as a change of state. */
  pause(): void
  /** Leaves permanently, because the connection has failed. */
  retire(): void
  /**
   * Adds an entry to the log, which is posted and then delivered here. Messages wait for `flush()` or for another entry. A comment
   * has no entry.
   */
  commit(entry: Entry | undefined, deliver: () => void): void
  flush(): void
  /** Reconnects, wherever the connection is. */
  reconnect(): void
  /** Call this when the context may have slept, or is shown. */
  look(): void
}

/**
 * - `away`: closed, hidden, or in the back/forward cache
 * - `elected`: has the lock, but does not know yet where to continue
 */
type Role = 'away' | 'following' | 'elected' | 'leading'

/** @param lastEventId the option; may be empty */
export function createMember(host: Host, owner: MemberOwner, lastEventId: string): Member {
  const log = createLog(lastEventId)
  const id = String(Math.random())
  let { lock } = host
  let channel: Channel | undefined
  let role: Role = 'away'
  /** Changes with the role, so that a step can stop after an await. */
  let turn = 0
  /** The highest one heard of. */
  let term = 0
  /** Whether the leader has answered since this member joined, and no entry is missing. */
  let isCurrent = false
  /** Whether the leader has left, and this member has all its entries. */
  let hasAll = false
  /** The last one that this member has led. */
  let ownTerm = 0
  /** Followers to answer once this member leads, with their positions. */
  const askers = new Map<string, Position | undefined>()
  let election: Election | undefined
  let lease: Lease | undefined
  let stopWait: (() => void) | undefined
  /** Entries that the leader has not posted yet. */
  let pending: [entry: Entry | undefined, deliver: () => void][] = []
  const silence = watchSilence(host, ask, lockState, () => {
    requestLock(true)
  })

  /** Starts a role without anything of the last one. */
  function begin(next: Role): number {
    role = next
    silence.stop()
    election?.stop()
    lease?.end()
    stopWait?.()
    election = lease = undefined
    askers.clear()
    pending = []
    owner.disconnect()
    return ++turn
  }

  function join(): void {
    if (role !== 'away') return
    channel = lock && host.openChannel(onMessage)
    if (channel) follow()
    else leadAlone()
  }

  function leave(): void {
    if (role === 'away') return
    log.disconnected()
    const { snapshot } = log
    if (role === 'leading' && snapshot) post({ type: 'bye', snapshot })
    depart()
    lock?.release()
  }

  function depart(): void {
    begin('away')
    channel?.close()
    channel = undefined
  }

  function follow(): void {
    begin('following')
    isCurrent = hasAll = false
    silence.hear()
    requestLock(false)
    ask()
    silence.look()
  }

  /** Stops leading, because another member does. */
  function giveWay(): void {
    follow()
    log.disconnected()
    owner.deliver(['connecting'])
  }

  function requestLock(steal: boolean): void {
    const refused = (): void => {
      depart()
      leadAlone()
    }
    lock?.request({ granted: () => void elect(), stolen: giveWay, refused }, steal)
  }

  async function lockState(): Promise<{ isHeld: boolean; waiting: number }> {
    return (await lock?.state()) ?? { isHeld: true, waiting: 0 }
  }

  /** This member has the lock, or has to find out whether it still has it. */
  async function elect(): Promise<void> {
    const current = begin('elected')
    const { isHeld, waiting } = await lockState()
    if (current !== turn) return
    if (!isHeld) {
      giveWay()
      return
    }
    term = Math.max(Date.now(), Math.floor(term) + 1) + Math.random()
    const { position: at } = log
    post({ type: 'elect', at })
    if (!hasAll && waiting > 0) {
      election = startElection(host, log, waiting)
      await election.over
      if (current !== turn) return
      const { best } = election
      if (best && isLater(best.at, log.position)) adopt(best)
    }
    if (current === turn) lead()
  }

  function leadAlone(): void {
    lock = undefined
    lead()
  }

  function lead(): void {
    const waiting = [...askers]
    const { position, wasOpen } = log
    begin('leading')
    const wait = log.isOpen ? 0 : log.retryAt - Date.now()
    lease = createLease(async () => (await lockState()).isHeld, giveWay)
    enter(['term', term || Date.now(), position?.[0] ?? 0])
    // The server cannot know which messages to send again.
    const isOwn = position?.[0] === ownTerm && owner.pausesSilently
    if (position && lock && wasOpen && !log.lastEventId && !isOwn) enter(owner.loss)
    ownTerm = term
    for (const [from, at] of waiting) answer(from, at)
    const connect = (): void => {
      owner.connect(position !== undefined)
    }
    // The server may have asked for a wait.
    if (wait > 0) stopWait = host.startTimer(connect, Math.min(wait, MAX_DELAY))
    else connect()
  }

  function enter(entry: Entry): void {
    commit(entry, () => {
      owner.deliver(entry)
    })
  }

  function commit(entry: Entry | undefined, deliver: () => void): void {
    if (!lease) return
    pending.push([entry, deliver])
    if (entry && entry[0] !== 'message' && entry[0] !== 'id') flush()
  }

  function flush(): void {
    if (pending.length > 0) lease?.run(postPending)
  }

  function postPending(): void {
    const { next: first } = log
    const entries: Entry[] = []
    const deliveries: (() => void)[] = []
    for (const [entry, deliver] of pending) {
      if (entry) entries.push(entry)
      if (!entry || log.add(entry)) deliveries.push(deliver)
    }
    pending = []
    if (entries.length > 0) {
      post({ type: 'entries', first, entries, reconnectionTime: owner.getReconnectionTime() })
    }
    deliverAll(deliveries)
  }

  /** Listeners may close the source. */
  function deliverAll(deliveries: (() => void)[]): void {
    const current = turn
    for (const deliver of deliveries) if (current === turn) deliver()
  }

  function reconnectHere(): void {
    stopWait?.()
    owner.reconnect()
  }

  function reconnect(): void {
    if (lease) lease.run(reconnectHere)
    else post({ type: 'reconnect', at: log.position })
  }

  function post(content: Content): void {
    channel?.post({ ...content, version: VERSION, from: id, term })
  }

  function ask(): void {
    post({ type: 'ask', at: log.position })
  }

  function answer(to: string, at: Position | undefined): void {
    const { snapshot } = log
    if (!snapshot) return
    const reconnectionTime = owner.getReconnectionTime()
    const missed = at && !isSame(at, snapshot.at) ? log.since(at) : undefined
    if (missed) post({ type: 'entries', to, reconnectionTime, ...missed })
    else post({ type: 'state', to, at, reconnectionTime, snapshot })
  }

  function onMessage(data: unknown): void {
    const message = readMessage(data)
    if (!message || role === 'away') return
    // The clock was set back.
    if (!isTerm(term)) term = 0
    if (isFromLeader(message)) onLeader(message)
    else if (role !== 'following') onFollower(message)
  }

  function onFollower(message: Message): void {
    if (lease && message.term > term) {
      // The others would ignore this leader.
      term = message.term
      void elect()
    } else if (message.type === 'position') {
      if (message.to === id) onPosition(message.snapshot, message.missed)
    } else if (message.type === 'ask') {
      const { from, at } = message
      if (lease) {
        lease.run(() => {
          answer(from, at)
        })
      } else askers.set(from, at)
    } else if (message.type === 'reconnect' && !(message.at && message.at[1] < log.connectingAt)) {
      // All contexts may have the same reason to reconnect.
      lease?.run(reconnectHere)
    }
  }

  function onPosition(snapshot: Snapshot | undefined, missed: Entries | undefined): void {
    if (role !== 'elected') return
    if (missed) receive(missed)
    election?.answer(snapshot)
  }

  function onLeader(message: Message): void {
    if (role === 'following') {
      if (message.term < term) return
      term = message.term
      silence.hear()
      hasAll = false
      onCurrentLeader(message)
    } else if (message.term > term) {
      term = message.term
      void elect()
    } else if (role === 'elected') {
      // Posted before this member got the lock.
      if (message.type === 'entries' && !message.to) {
        receive(message, message.term)
        election?.look()
      } else if (message.type === 'bye' && isSame(message.snapshot.at, log.position)) {
        hasAll = true
        election?.end()
      }
    }
  }

  function onCurrentLeader(message: Message): void {
    const { position, snapshot } = log
    if ('reconnectionTime' in message) owner.setReconnectionTime(message.reconnectionTime)
    switch (message.type) {
      case 'entries': {
        const { to } = message
        if (to === id) {
          const open = log.rejoined()
          if (open) owner.deliver(open)
          isCurrent = receive(message)
        } else if (to !== undefined || receive(message, message.term) || !isCurrent) return
        else isCurrent = false
        if (!isCurrent) ask()
        break
      }
      case 'state':
        // It may have received entries since.
        if (message.to !== id || !isSame(message.at, position)) return
        isCurrent = true
        adopt(message.snapshot)
        break
      case 'bye':
        // A new member continues there too.
        if (!position) log.jump(message.snapshot)
        hasAll = isSame(message.snapshot.at, log.position)
        break
      case 'elect': {
        const { from: to, at } = message
        const missed = at && isLater(position, at) ? log.since(at) : undefined
        post({ type: 'position', to, snapshot, missed })
        if (!isCurrent) ask()
      }
    }
  }

  /** Returns whether the entries follow the ones that are known. */
  function receive(message: Entries, leaderTerm?: number): boolean {
    const entries = log.position && log.receive(message, leaderTerm)
    if (entries) deliverEntries(entries)
    return entries !== undefined
  }

  function adopt(snapshot: Snapshot): void {
    const { position, isOpen, lastEventId } = log
    const isMissing = position !== undefined && !isSame(snapshot.at, position)
    log.jump(snapshot)
    const entries: Entry[] = []
    if (snapshot.lastEventId !== undefined && snapshot.lastEventId !== lastEventId)
      entries.push(['id', snapshot.lastEventId])
    if (isMissing) entries.push(owner.loss)
    if (snapshot.isOpen && (isMissing || !isOpen)) entries.push(['open', snapshot.origin])
    else if (isOpen && !snapshot.isOpen) entries.push(['connecting'])
    deliverEntries(entries)
  }

  function deliverEntries(entries: readonly Entry[]): void {
    deliverAll(
      entries.map((entry) => () => {
        owner.deliver(entry)
      }),
    )
  }

  return {
    log,
    get isShared() {
      return lock !== undefined
    },
    get leads() {
      return role === 'leading'
    },
    join,
    leave,
    pause() {
      if (role === 'away') return
      leave()
      owner.deliver(['connecting'])
    },
    retire() {
      const lingers = lock && role === 'leading'
      depart()
      if (lingers) host.startTimer(() => lock?.release(), LINGER)
      else lock?.release()
    },
    commit,
    flush,
    reconnect,
    look() {
      if (role === 'following') silence.look()
    },
  }
}
