/** The channel of a member, and the messages that it posts. */

import type { Channel, Host } from './host.ts'
import { isLater, isSame, type Log } from './log.ts'
import type { MemberOwner } from './member-types.ts'
import { VERSION, type Content, type Entries, type Position } from './protocol.ts'

export interface Link {
  /** The highest term that this member has heard of. Every message contains it. */
  term: number
  readonly id: string
  /** Returns false if the context cannot share. */
  open(onMessage: (data: unknown) => void): boolean
  close(): void
  /** Does nothing while closed. */
  post(content: Content): void
  /** @param to one member; all by default */
  postEntries(entries: Entries, to?: string): void
  /** Asks the leader for missing entries. */
  ask(): void
  /** Answers a follower that has asked. */
  answer(to: string, at: Position | undefined): void
  /** Answers an elected member. */
  vote(to: string, at: Position | undefined): void
}

export function createLink(host: Host, log: Log, owner: MemberOwner): Link {
  const id = String(Math.random())
  let channel: Channel | undefined

  function post(content: Content): void {
    channel?.post({ ...content, version: VERSION, from: id, term: link.term })
  }

  const link: Link = {
    term: 0,
    id,
    open(onMessage) {
      channel = host.openChannel(onMessage)
      return channel !== undefined
    },
    close() {
      channel?.close()
      channel = undefined
    },
    post,
    postEntries(entries, to) {
      post({ type: 'entries', ...(to && { to }), reconnectionTime: owner.getReconnectionTime(), ...entries })
    },
    ask() {
      post({ type: 'ask', at: log.position })
    },
    answer(to, at) {
      const { snapshot } = log
      if (!snapshot) return
      const missed = at && !isSame(at, snapshot.at) ? log.since(at) : undefined
      if (missed) link.postEntries(missed, to)
      else post({ type: 'state', to, at, reconnectionTime: owner.getReconnectionTime(), snapshot })
    },
    vote(to, at) {
      const { position, snapshot } = log
      const missed = at && isLater(position, at) ? log.since(at) : undefined
      post({ type: 'position', to, snapshot, missed })
    },
  }
  return link
}
