/** Versions of a member with one fault each, and commands that reveal it. */

import type { Mutation } from '../../mutation.ts'
import type { Command } from './play.ts'

const MEMBER = 'src/shared/member.ts'

const NOTHING = '() => () => {}'

const join: Command = { kind: 'join' }
const wait = (ms: number): Command => ({ kind: 'wait', ms })
const send = (count: number): Command => ({ kind: 'send', count })
/** To the leader, or to the member that joined `index` members later. */
const tell = (kind: 'stop' | 'cache' | 'close', index = 0): Command => ({ kind, index })

/** The leader is stopped, and replaced before it wakes up. */
const STOPPED = [join, join, wait(1_500), tell('stop'), send(5), wait(12_000), send(5)]
/** A follower returns from the cache. */
const CACHED = [join, join, wait(1_500), send(1), wait(300), tell('cache', 1), send(3), wait(300)]
const CLOSED = [join, join, wait(1_500), send(3), tell('close'), send(3), wait(900), tell('close'), wait(900)]

interface Broken extends Mutation {
  steps: readonly Command[]
}

export const BROKEN: Broken[] = [
  {
    what: 'never looks whether the leader is silent',
    module: 'src/shared/silence.ts',
    name: 'look',
    by: NOTHING,
    steps: STOPPED,
  },
  { what: 'ignores followers', module: MEMBER, name: 'onFollower', by: NOTHING, steps: CACHED },
  { what: 'ignores the leader', module: MEMBER, name: 'onCurrentLeader', by: NOTHING, steps: CACHED },
  {
    what: 'delivers only here',
    module: 'src/shared/outbox.ts',
    name: 'createOutbox',
    by: '(create) => (log, lease, link, ...others) => create(log, lease, { ...link, postEntries() {} }, ...others)',
    steps: CACHED,
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
    what: 'trusts itself after it was stopped',
    module: 'src/shared/lease.ts',
    name: 'LEASE',
    by: '() => Infinity',
    steps: STOPPED,
  },
]
