/** Random commands to a group of members, and the rules that must hold for all of them. */

import fc from 'fast-check'
import { vi } from 'vitest'
import type { createMember } from '../../../src/shared/member.ts'
import { Context } from './context.ts'
import { World } from './world.ts'

/** In ms. */
const STEP = 25
/** The longest time without a leader if the lock is released, in ms. */
const MAX_SUCCESSION = 600
/** The longest time without a leader if its silence has to be noticed, in ms. */
const MAX_SILENCE = 10_000

export type Command =
  | { kind: 'join' }
  | { kind: 'send'; count: number }
  | { kind: 'wait'; ms: number }
  | {
      kind: 'close' | 'kill' | 'stop' | 'resume' | 'cache' | 'restore' | 'hide' | 'show' | 'reconnect' | 'garbage'
      /** Which context. Counts from the leader. */
      index: number
    }

const index = fc.integer({ min: 0, max: 5 })

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 900 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 900, max: 15_000 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['close', 'kill', 'stop', 'resume', 'cache', 'restore', 'hide', 'show', 'reconnect', 'garbage'] as const),
      ),
      index,
    }),
  },
)

/** Measures the time without a leader. */
class Watch {
  readonly #world: World
  /** When a member led last. */
  #ledAt = Date.now()
  #mustNotice = false
  #holder: Context | undefined

  constructor(world: World) {
    this.#world = world
  }

  async wait(ms: number): Promise<void> {
    for (let waited = 0; waited < ms; waited += STEP) {
      await vi.advanceTimersByTimeAsync(Math.min(STEP, ms - waited))
      this.#look()
    }
  }

  #look(): void {
    const { running, holder, faults } = this.#world
    if (!this.#world.contexts.some(({ isPresent, state }) => isPresent && state !== 'dead'))
      this.#world.isRefounded = true
    if (holder !== this.#holder) this.#ledAt = Date.now()
    this.#holder = holder
    const present = running.filter(({ isPresent }) => isPresent)
    if (
      present.some(({ member, isHidden }) => member.leads || (isHidden && holder?.state === 'stopped')) ||
      present.length === 0
    ) {
      this.#ledAt = Date.now()
      this.#mustNotice = false
      return
    }
    const awakeAt = Math.min(...present.filter(({ isHidden }) => !isHidden).map((context) => context.awakeAt))
    const without = Date.now() - Math.max(this.#ledAt, awakeAt)
    this.#mustNotice ||= holder?.state === 'stopped'
    const limit = this.#mustNotice ? MAX_SILENCE : MAX_SUCCESSION
    if (without > limit) faults.push(`no leader for ${without} ms`)
  }
}

const GARBAGE: unknown[] = [null, 'ask', 7, [], {}, { version: 1 }, { version: 2, from: 'x', term: 1, type: 'ask' }]

/** Lets a group of members run through the commands. Returns what went wrong. */
export async function play(
  create: typeof createMember,
  seed: number,
  commands: readonly Command[],
  hasIds = true,
): Promise<string[]> {
  const world = new World(create, seed, hasIds)
  vi.spyOn(Math, 'random').mockImplementation(world.random)
  const watch = new Watch(world)
  const start = (): Context => new Context(world)
  const contextAt = (index: number): Context | undefined => {
    const alive = world.contexts.filter(({ state }) => state !== 'dead')
    const leader = alive.findIndex(({ member }) => member.leads)
    return alive[(Math.max(leader, 0) + index) % alive.length]
  }
  start()
  await watch.wait(200)
  for (const step of commands) {
    if (step.kind === 'join') start()
    else if (step.kind === 'wait') await watch.wait(step.ms)
    else if (step.kind === 'send') for (let i = 0; i < step.count; i++) world.send()
    else {
      const context = contextAt(step.index)
      if (context) act(world, context, step.kind)
    }
    await watch.wait(step.kind === 'send' ? 2 : 1)
  }
  // Everybody wakes up.
  for (const context of world.contexts) {
    context.resume()
    context.restore()
    context.setHidden(false)
  }
  if (!world.running.some(({ isPresent }) => isPresent)) start()
  await watch.wait(15_000)
  world.send()
  await watch.wait(500)
  return faultsOf(world)
}

function act(world: World, context: Context, kind: (Command & { index: number })['kind']): void {
  switch (kind) {
    case 'close':
      context.run(() => {
        context.close()
      })
      break
    case 'kill':
      context.kill()
      break
    case 'stop':
      context.stop()
      break
    case 'resume':
      context.resume()
      break
    case 'cache':
      if (context.state === 'running') context.cache()
      break
    case 'restore':
      context.run(() => {
        context.restore()
      })
      break
    case 'hide':
    case 'show':
      context.setHidden(kind === 'hide')
      break
    case 'reconnect':
      context.run(() => {
        context.member.reconnect()
      })
      break
    default:
      for (const garbage of GARBAGE) world.post(context, garbage)
  }
}

function faultsIn({ received, mayMiss }: Context, { hasIds, isRefounded }: World): string[] {
  const faults: string[] = []
  let before: number | undefined
  for (const item of received) {
    if (item === 'loss') {
      // Without an ID, a member cannot continue.
      if (before !== undefined && hasIds && !isRefounded && !mayMiss) faults.push('reported a loss')
      before = undefined
    } else {
      if (before !== undefined && item !== before + 1) faults.push(`received ${item} after ${before}`)
      before = item
    }
  }
  return faults
}

/** Returns what went wrong. */
function faultsOf(world: World): string[] {
  const faults = [...world.faults]
  const present = world.running.filter(({ isPresent }) => isPresent)
  for (const context of world.contexts) faults.push(...faultsIn(context, world))
  const leaders = present.filter(({ member }) => member.leads)
  if (leaders.length !== 1) faults.push(`${leaders.length} leaders at the end`)
  if (world.connections.size !== 1) faults.push(`${world.connections.size} connections at the end`)
  for (const { received, isOpen } of present) {
    if (!isOpen) faults.push('not open at the end')
    if (received.at(-1) !== world.sent) faults.push(`received ${String(received.at(-1))} last, not ${world.sent}`)
  }
  return faults
}
