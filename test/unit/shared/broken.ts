/** Versions of a member with one fault each, and commands that reveal it. */

import type { Mutation } from '../../mutation.ts'
import type { Command } from './play.ts'

const MEMBER = 'src/shared/member.ts'
const LOG = 'src/shared/log.ts'

const NOTHING = '() => () => {}'

const join: Command = { kind: 'join' }
const wait = (ms: number): Command => ({ kind: 'wait', ms })
const send = (count: number): Command => ({ kind: 'send', count })
/** To the leader, or to the member that joined `index` members later. */
const tell = (kind: (Command & { index: number })['kind'], index = 0): Command => ({ kind, index })

/** The leader is stopped, and replaced before it wakes up. */
const STOPPED = [join, join, wait(1_500), tell('stop'), send(5), wait(12_000), send(5)]
/** A follower returns from the cache. */
const CACHED = [join, join, wait(1_500), send(1), wait(300), tell('cache', 1), send(3), wait(300)]
/** The lone member returns from the cache to the members of another group. */
const REFOUNDED = [send(3), wait(300), tell('cache'), wait(1_000), send(3), join, wait(1_000), send(2), wait(300)]
const CLOSED = [join, join, wait(1_500), send(3), tell('close'), send(3), wait(900), tell('close'), wait(900)]

interface Broken extends Mutation {
  steps: readonly Command[]
}

export const BROKEN: Broken[] = [
  { what: 'never asks', module: MEMBER, name: 'ask', by: NOTHING, steps: CACHED },
  { what: 'never answers', module: MEMBER, name: 'answer', by: NOTHING, steps: CACHED },
  {
    what: 'keeps its connection when another member leads',
    module: MEMBER,
    name: 'giveWay',
    by: NOTHING,
    steps: STOPPED,
  },
  {
    what: 'keeps the lock when it leaves',
    module: MEMBER,
    name: 'leave',
    by: '(leave) => () => { const kept = lock; lock = undefined; leave(); lock = kept }',
    steps: CLOSED,
  },
  {
    what: 'does not end its connection when it leaves',
    module: MEMBER,
    name: 'begin',
    by: '(begin) => (next) => { const { disconnect } = owner; owner.disconnect = () => {}; begin(next); owner.disconnect = disconnect; return turn }',
    steps: CLOSED,
  },
  {
    what: 'never takes over from a stopped leader',
    module: 'src/shared/silence.ts',
    name: 'takeOverOrLook',
    by: NOTHING,
    steps: STOPPED,
  },
  {
    what: 'takes over at the first silence',
    module: 'src/shared/silence.ts',
    name: 'hear',
    by: NOTHING,
    steps: [join, join, wait(15_000)],
  },
  {
    what: 'trusts itself after it was stopped',
    module: 'src/shared/lease.ts',
    name: 'LEASE',
    by: '() => Infinity',
    steps: STOPPED,
  },
  {
    what: 'takes another group for its own',
    module: LOG,
    name: 'termBeforeNumber',
    by: '() => () => 0',
    steps: REFOUNDED,
  },
  { what: 'keeps no entries', module: LOG, name: 'MAX_ENTRIES', by: '() => 0', steps: CACHED },
  {
    what: 'delivers entries that it knows',
    module: MEMBER,
    name: 'receive',
    by: '(receive) => (message, term) => { deliverEntries(message.entries); return receive(message, term) }',
    steps: CACHED,
  },
  { what: 'continues without an ID', module: LOG, name: 'idAfter', by: '() => () => undefined', steps: CLOSED },
]
