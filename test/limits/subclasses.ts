/** Platform classes that don't behave as base classes: in content scripts, and with frozen prototypes. */

import assert from 'node:assert/strict'
import vm from 'node:vm'
import type { Tally } from '../tally.ts'
import { BUILDS, type Loaded } from './builds.ts'
import { withoutSubclasses } from './realms.ts'

export async function checkSubclasses(tally: Tally, url: string): Promise<void> {
  for (const [build, load] of Object.entries(BUILDS)) {
    const suite = tally.suite(`subclasses, ${build}`)
    await suite.run('a platform that loses the prototype of a subclass', async () => {
      assert.deepEqual(await describeEvents(await load(withoutSubclasses().context), url), EXPECTED_EVENTS)
    })
    await suite.run('a subclass of EventSource keeps its prototype there', async () => {
      const { everysource } = await load(withoutSubclasses().context)
      class Own extends everysource.EventSource {
        get isOwn(): boolean {
          return this.readyState === this.CONNECTING
        }
      }
      const source = new Own(url)
      source.close()
      assert(source instanceof Own)
      assert.equal(source.isOwn, false)
    })
    suite.end()
  }

  const suite = tally.suite('subclasses, frozen prototypes')
  for (const [build, load] of Object.entries(BUILDS)) {
    await suite.run(`EventSource works with frozen prototypes (${build})`, async () => {
      const { context } = withoutSubclasses()
      // Node's own classes are shared with this process, so these are copies that inherit from them.
      vm.runInContext(
        `
          for (const name of ['Event', 'EventTarget']) {
            const Base = globalThis[name]
            globalThis[name] = { [name]: class extends Base {} }[name]
            for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(Base.prototype))) {
              if (key !== 'constructor') Object.defineProperty(globalThis[name].prototype, key, property)
            }
            Object.freeze(globalThis[name].prototype)
          }
          for (const { prototype } of [Object, Error, TypeError, Array, Function, Promise, Map]) Object.freeze(prototype)
        `,
        context,
      )
      assert.deepEqual(await describeEvents(await load(context), url), EXPECTED_EVENTS)
    })
  }
  suite.end()
}

export const EXPECTED_EVENTS = {
  source: ['EventSource', '[object EventSource]', true],
  open: ['open', 'Event', 200],
  message: ['message', 'hello', '1', true],
  error: ['error', 'ErrorEvent', false, 'status'],
}

/** Returns the essential properties of a source's events. */
export async function describeEvents({ everysource }: Loaded, url: string): Promise<object> {
  const { EventSource } = everysource
  const source = new EventSource(url)
  const open = await new Promise<Parameters<NonNullable<typeof source.onopen>>[0]>((resolve) => {
    source.onopen = resolve
  })
  const message = await new Promise<MessageEvent<string>>((resolve) => {
    source.addEventListener('message', resolve)
  })
  source.close()
  const failing = new EventSource(`${url}missing`)
  const error = await new Promise<InstanceType<typeof everysource.ErrorEvent>>((resolve) => {
    failing.addEventListener('error', (event) => {
      if (!('data' in event)) resolve(event)
    })
  })
  return {
    source: [source.constructor.name, Object.prototype.toString.call(source), source instanceof EventSource],
    open: [open.type, open.constructor.name, open.response.status],
    message: [message.type, message.data, message.lastEventId, message.origin === new URL(url).origin],
    error: [error.type, error.constructor.name, error.willReconnect, error.error.reason],
  }
}
