/** A member of the group that shares a connection: it follows a leader, succeeds it, or leads. `protocol.ts` has the messages. */

import { MAX_DELAY } from './core.ts'
import { startElection, type Election } from './election.ts'
import type { Host } from './host.ts'
import { createLease, type Lease } from './lease.ts'
import { createLink } from './link.ts'
import type { LockState } from './lock.ts'
import { createLog, isLater, isSame } from './log.ts'
import type { Member, MemberOwner } from './member-types.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import {
  isFromLeader,
  isTerm,
  readMessage,
  type Entries,
  type Message,
  type Position,
  type Snapshot,
} from './protocol.ts'
import { createReplica } from './replica.ts'
import { watchSilence } from './silence.ts'

/** How long the lock is kept after the connection has failed, in ms: longer than the message that says so may take. */
const LINGER = 500

/** `elected` has the lock, but does not know yet where to continue. */
type Role = 'away' | 'following' | 'elected' | 'leading'

/** @param lastEventId the option; may be empty */
export function createMember(host: Host, owner: MemberOwner, lastEventId: string): Member {
  const log = createLog(lastEventId)
  const link = createLink(host, log, owner)
  let { lock } = host
  let role: Role = 'away'
  /** Changes with the role, so that a step can stop after an await. */
  let turn = 0
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
  let outbox: Outbox | undefined
  const replica = createReplica(log, owner, deliverAll)
  const silence = watchSilence(host, link.ask.bind(link), lockState, () => {
    requestLock(true)
  })

  /** Starts a role without anything of the last one. */
  function begin(next: Role): number {
    role = next
    silence.stop()
    election?.stop()
    lease?.end()
    stopWait?.()
    election = lease = outbox = undefined
    askers.clear()
    owner.disconnect()
    return ++turn
  }

  function join(): void {
    if (role !== 'away') return
    if (lock && link.open(onMessage)) follow()
    else {
      lock = undefined
      lead()
    }
  }

  function leave(): void {
    if (role === 'away') return
    log.disconnected()
    const { snapshot } = log
    if (role === 'leading' && snapshot) link.post({ type: 'bye', snapshot })
    depart()
    lock?.release()
  }

  function depart(): void {
    begin('away')
    link.close()
  }

  function follow(): void {
    begin('following')
    isCurrent = hasAll = false
    silence.hear()
    requestLock(false)
    link.ask()
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
      lock = undefined
      lead()
    }
    lock?.request({ granted: () => void elect(), stolen: giveWay, refused }, steal)
  }

  async function lockState(): Promise<LockState> {
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
    link.term = Math.max(Date.now(), Math.floor(link.term) + 1) + Math.random()
    const { position: at } = log
    link.post({ type: 'elect', at })
    // Messages of the last leader may still arrive.
    const mayMiss = at !== undefined && at[0] !== ownTerm
    if (!hasAll && (waiting > 0 || mayMiss)) {
      election = startElection(host, log, waiting)
      await election.over
      if (current !== turn) return
      const { best } = election
      if (best && isLater(best.at, log.position)) replica.adopt(best)
    }
    if (current === turn) lead()
  }

  function lead(): void {
    const waiting = [...askers]
    const { position, wasOpen } = log
    begin('leading')
    const wait = log.isOpen ? 0 : log.retryAt - Date.now()
    lease = createLease(async () => (await lockState()).isHeld, giveWay)
    outbox = createOutbox(log, lease, link, owner, deliverAll)
    outbox.enter(['term', link.term || Date.now(), position?.[0] ?? 0])
    // The server cannot know which messages to send again.
    const isOwn = position?.[0] === ownTerm && owner.pausesSilently
    if (position && lock && wasOpen && !log.lastEventId && !isOwn) outbox.enter(owner.loss)
    ownTerm = link.term
    for (const [from, at] of waiting) link.answer(from, at)
    const connect = (): void => {
      owner.connect(position !== undefined)
    }
    // The server may have asked for a wait.
    if (wait > 0) stopWait = host.startTimer(connect, Math.min(wait, MAX_DELAY))
    else connect()
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

  function onMessage(data: unknown): void {
    const message = readMessage(data)
    if (!message || role === 'away') return
    // The clock was set back.
    if (!isTerm(link.term)) link.term = 0
    if (isFromLeader(message)) onLeader(message)
    else if (role !== 'following') onFollower(message)
  }

  function onFollower(message: Message): void {
    if (lease && message.term > link.term) {
      // The others would ignore this leader.
      link.term = message.term
      void elect()
    } else if (message.type === 'position') {
      if (message.to === link.id) onPosition(message.snapshot, message.missed)
    } else if (message.type === 'ask') {
      const { from, at } = message
      if (lease) {
        lease.run(() => {
          link.answer(from, at)
        })
      } else askers.set(from, at)
    } else if (message.type === 'reconnect' && !(message.at && message.at[1] < log.connectingAt)) {
      // All contexts may have the same reason to reconnect.
      lease?.run(reconnectHere)
    }
  }

  function onPosition(snapshot: Snapshot | undefined, missed: Entries | undefined): void {
    if (role !== 'elected') return
    if (missed) replica.receive(missed)
    election?.answer(snapshot)
  }

  function onLeader(message: Message): void {
    if (role === 'following') {
      if (message.term < link.term) return
      link.term = message.term
      silence.hear()
      hasAll = false
      onCurrentLeader(message)
    } else if (message.term > link.term) {
      link.term = message.term
      void elect()
    } else if (role === 'elected') {
      // Posted before this member got the lock.
      if (message.type === 'entries' && !message.to) {
        replica.receive(message, message.term)
        election?.look()
      } else if (message.type === 'bye' && isSame(message.snapshot.at, log.position)) {
        hasAll = true
        election?.end()
      }
    }
  }

  function onCurrentLeader(message: Message): void {
    const { position } = log
    if ('reconnectionTime' in message) owner.setReconnectionTime(message.reconnectionTime)
    switch (message.type) {
      case 'entries': {
        const { to } = message
        if (to === link.id) {
          replica.rejoin()
          isCurrent = replica.receive(message)
        } else if (to !== undefined || replica.receive(message, message.term) || !isCurrent) return
        else isCurrent = false
        if (!isCurrent) link.ask()
        break
      }
      case 'state':
        // It may have received entries since.
        if (message.to !== link.id || !isSame(message.at, position)) return
        isCurrent = true
        replica.adopt(message.snapshot)
        break
      case 'bye':
        // A new member continues there too.
        if (!position) log.jump(message.snapshot)
        hasAll = isSame(message.snapshot.at, log.position)
        break
      case 'elect': {
        link.vote(message.from, message.at)
        if (!isCurrent) link.ask()
      }
    }
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
    commit(entry, deliver) {
      outbox?.commit(entry, deliver)
    },
    flush() {
      outbox?.flush()
    },
    reconnect() {
      if (lease) lease.run(reconnectHere)
      else link.post({ type: 'reconnect', at: log.position })
    },
    look() {
      if (role === 'following') silence.look()
    },
  }
}
