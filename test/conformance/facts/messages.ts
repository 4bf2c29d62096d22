/** Messages: facts 15 to 21. */

import type { ErrorEvent } from '../../../src/index.ts'
import { check, ending, equal, keptAlive, WAIT_FOR_RETRY, sleep, stream, thrown } from '../harness.ts'
import { countUncaught } from '../uncaught-errors.ts'
import { isOurs, type BehaviorFact } from './fact.ts'

/**
 * How many bytes to send to exceed every limit here; the response then stays open. A gigabyte would keep WebKit's network
 * process, and so every other test, busy for minutes.
 */
const LARGE = 8 * 2 ** 20

export const messages: BehaviorFact[] = [
  {
    number: 15,
    title: 'messages are MessageEvents with data, origin, lastEventId, source and ports',
    run: async (fact) => {
      const served = await fact.serve(stream('id: 7\ndata: x\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message')
      const event = recorder.messages[0]?.event as MessageEvent<string>
      check(isMessageEvent(event), 'the event is not a MessageEvent')
      const { type, data, origin, lastEventId, source, ports, bubbles, cancelable } = event
      equal(
        { type, data, origin, lastEventId, source, ports, bubbles, cancelable },
        {
          type: 'message',
          data: 'x',
          origin: served.origin,
          lastEventId: '7',
          source: null,
          ports: [],
          bubbles: false,
          cancelable: false,
        },
      )
      check(event.target === recorder.source && Array.isArray(event.ports), 'target or ports are wrong')
    },
  },
  {
    number: 15,
    title: "a message's origin is the final origin of its connection, after redirects",
    run: async (fact) => {
      const target = await fact.serve(ending('retry: 10\ndata: 1\n\n'))
      const away = { status: 307, headers: { 'Content-Type': null, Location: target.at(fact.otherOrigin) }, steps: [{ end: true as const }] } // prettier-ignore
      const served = await fact.serve(away, stream('data: 2\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message', 2)
      const origins = recorder.messages.map(({ event }) => (event as MessageEvent).origin)
      equal(origins, [fact.otherOrigin, served.origin])
    },
  },
  {
    number: 15,
    title: 'every property of a message event can be read',
    run: async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message')
      const event = recorder.messages[0]?.event ?? {}
      const read: unknown[] = []
      for (const name in event) read.push(Reflect.get(event, name))
      check(read.includes('x'), 'data is not among them')
    },
  },
  {
    number: 15,
    title: "message and open events have the platform's MessageEvent and Event as constructors, which can copy them",
    run: async (fact) => {
      const served = await fact.serve(stream('event: news\nid: 7\ndata: x\n\n'))
      const recorder = fact.listen(served.url, undefined, 'news')
      await recorder.until('news')
      const [open, message] = recorder.events.map(({ event }) => event)
      check(open !== undefined && message !== undefined, 'an event is missing')
      check(open.constructor === Event, 'the constructor of open is not Event')
      check(copyOf(open).type === 'open', 'the copy of open has another type')
      const { MessageEvent: own } = globalThis as { MessageEvent?: typeof MessageEvent }
      // edge-runtime has no MessageEvent.
      if (own) check(message.constructor === own, 'the constructor of a message is not MessageEvent')
      const { type, data, origin, lastEventId, bubbles, cancelable } = copyOf(message) as MessageEvent
      equal(
        { type, data, origin, lastEventId, bubbles, cancelable },
        { type: 'news', data: 'x', origin: served.origin, lastEventId: '7', bubbles: false, cancelable: false },
        'the copy',
      )
      equal(new EventTarget().dispatchEvent(copyOf(message)), true, 'dispatching the copy')
    },
  },
  {
    number: 15,
    title: 'the constructor of an error event can copy the event, including error and delay',
    needs: isOurs,
    run: async (fact) => {
      const served = await fact.serve(ending('data: x\n\n'))
      const recorder = fact.listen(served.url, { reconnectionTime: 3_600_000, reconnect: { maxAttempts: 9 } })
      await recorder.until('error')
      const [event] = recorder.errors
      check(event !== undefined, 'the error event is missing')
      const copy = copyOf(event) as ErrorEvent
      check(
        copy !== event && copy.error === event.error && copy.constructor === event.constructor,
        'the event is not a copy',
      )
      equal([copy.type, copy.delay, copy.willReconnect, copy.message], ['error', event.delay, true, event.message])
    },
  },
  {
    number: 15,
    title: 'events are trusted',
    run: async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message')
      equal(
        recorder.events.map(({ event }) => event.isTrusted),
        [true, true],
        'isTrusted',
      )
    },
  },
  {
    number: 16,
    title: 'messages with event type open or error are plain messages and do not change readyState',
    run: async (fact) => {
      const served = await fact.serve(stream('event: error\ndata: 1\n\nevent: open\ndata: 2\n\ndata: 3\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message')
      equal(recorder.summary, ['open', 'error: 1', 'open: 2', 'message: 3'])
      equal(
        recorder.events.map(({ readyState }) => readyState),
        [1, 1, 1, 1],
        'readyState',
      )
      check(
        recorder.messages.every(({ event }) => isMessageEvent(event)),
        'an event is not a MessageEvent',
      )
    },
  },
  {
    number: 16,
    title: 'a message with event type error reaches onerror with data but no error, and the source stays open',
    run: async (fact) => {
      const served = await fact.serve(stream('event: error\nid: 1\ndata: overloaded\n\ndata: next\n\n'))
      const recorder = fact.listen(served.url)
      const { source } = recorder
      const seen: unknown[] = []
      source.onerror = (event) => {
        const { data, error, message, lastEventId } = event as unknown as Record<string, unknown>
        seen.push([isMessageEvent(event), data, error, message, lastEventId, source.readyState])
      }
      await recorder.until('message')
      equal(seen, [[true, 'overloaded', undefined, undefined, '1', 1]])
      equal(recorder.summary, ['open', 'error: overloaded', 'message: next'])
    },
  },
  {
    number: 17,
    title:
      'a blank line commits the ID even without data; the end of the stream discards an incomplete event and its ID',
    run: async (fact) => {
      const served = await fact.serve(
        ending('retry: 10\nid: 1\n\n'),
        ending('data: x\n\nid: 2\ndata: unfinished\n'),
        stream('data: y\n\n'),
      )
      const recorder = fact.listen(served.url)
      await recorder.until('message', 2)
      equal(recorder.messages.map(({ data, lastEventId }) => [data, lastEventId]), [['x', '1'], ['y', '1']]) // prettier-ignore
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ lastEventId }) => lastEventId),
        [undefined, '1', '1'],
        'Last-Event-ID',
      )
    },
  },
  {
    number: 18,
    title: 'retry takes effect at the end of its line, without waiting for a blank line',
    run: async (fact) => {
      // Other implementations default to 3,000 ms, so a longer wait can only come from the retry line.
      const retry = fact.env.ours ? 10 : 6_000
      const served = await fact.serve(ending(`retry: ${retry}\n`), stream())
      await fact.listen(served.url, WAIT_FOR_RETRY).until('open', 2)
      const { requests } = await served.log({ requests: 2 })
      const wait = (requests[1]?.at ?? 0) - (requests[0]?.at ?? 0)
      check(wait >= 0.9 * retry, `it waited ${wait} ms instead of ${retry}`)
    },
  },
  {
    number: 18,
    title: 'a retry above 2^31-1 ms does not overflow the timer',
    run: async (fact) => {
      for (const retry of ['2147483648', '4294967297', '99999999999999', '9'.repeat(400)]) {
        const served = await fact.serve(ending(`retry: ${retry}\ndata: x\n\n`))
        const recorder = fact.listen(served.url)
        await recorder.until('error')
        await sleep(400)
        equal((await served.log()).requests.length, 1, `the number of requests after a retry of ${retry}`)
      }
    },
  },
  {
    number: 19,
    title: 'a CR at the end of a chunk ends its line immediately',
    run: async (fact) => {
      const served = await fact.serve({
        steps: [
          { write: 'data: 1\r\r' },
          { gate: 'first' },
          { write: '\ndata: 2\r\n\r' },
          { gate: 'second' },
          { write: '\ndata: 3\n\r' },
        ],
      })
      const recorder = fact.listen(served.url)
      await recorder.until('message')
      await served.openGate('first')
      await recorder.until('message', 2)
      await served.openGate('second')
      await recorder.until('message', 3)
      equal(recorder.summary, ['open', 'message: 1', 'message: 2', 'message: 3'])
    },
  },
  {
    number: 20,
    title: 'awaiting one message at a time misses none, whether they arrive in one chunk or in many',
    run: async (fact) => {
      const numbers = Array.from({ length: 60 }, (_, i) => `data: ${i}\n\n`)
      for (const writes of [[numbers.join('')], numbers]) {
        const served = await fact.serve(stream(...writes))
        const source = fact.open(served.url)
        const seen: string[] = []
        while (seen.length < numbers.length) {
          seen.push(
            await new Promise<string>((resolve, reject) => {
              setTimeout(reject, 60_000, new Error(`no message arrived after ${seen.join()}`))
              source.addEventListener('message', (event) => { resolve(String(event.data)) }, { once: true }) // prettier-ignore
            }),
          )
        }
        equal(
          seen,
          numbers.map((_, i) => String(i)),
        )
        source.close()
      }
    },
  },
  {
    number: 20,
    title: 'all pending microtasks run between open and the first message, and between messages',
    run: async (fact) => {
      const served = await fact.serve(stream('data: 1\n\ndata: 2\n\nevent: x\ndata: 3\n\n'))
      const source = fact.open(served.url)
      const log: string[] = []
      const done = new Promise<void>((resolve) => {
        for (const type of ['open', 'message', 'x']) {
          source.addEventListener(type, (event) => {
            log.push(`${event.type} starts`)
            void microtasks(200).then(() => {
              log.push(`${event.type} ends`)
              if (type === 'x') resolve()
            })
          })
        }
      })
      await done
      const expected = ['open', 'message', 'message', 'x'].flatMap((type) => [`${type} starts`, `${type} ends`])
      equal(log, expected)
    },
  },
  {
    number: 20,
    title: 'close() in a listener stops further messages of any type, even from the same chunk',
    run: async (fact) => {
      for (const next of ['data: 2\n\n', 'event: x\ndata: 2\n\n']) {
        const served = await fact.serve(stream(`data: 1\n\n${next}`))
        const recorder = fact.listen(served.url, {}, 'x')
        recorder.source.onmessage = () => {
          recorder.source.close()
        }
        await recorder.until('message')
        await served.log({ closed: 1 })
        await sleep(50)
        equal(recorder.summary, ['open', 'message: 1'])
      }
    },
  },
  {
    number: 20,
    title: 'close() in a listener stops further messages from a chunk that arrives after open',
    run: async (fact) => {
      const served = await fact.serve({
        steps: [{ write: ':\n' }, { gate: 'opened' }, { write: 'data: 1\n\ndata: 2\n\nid: 3\n\n' }],
      })
      const recorder = fact.listen(served.url)
      recorder.source.onmessage = () => {
        recorder.source.close()
      }
      await recorder.until('open')
      await sleep(50)
      await served.openGate('opened')
      await served.log({ closed: 1 })
      await sleep(50)
      equal(recorder.summary, ['open', 'message: 1'])
      if (fact.env.ours) equal(Reflect.get(recorder.source, 'lastEventId'), '', 'lastEventId')
    },
  },
  {
    number: 20,
    title: 'close() in an open listener stops all messages',
    run: async (fact) => {
      // Closed just as a chunk arrives, Firefox may close the connection only with the next byte.
      const served = await fact.serve(keptAlive('data: 1\n\n'))
      const recorder = fact.listen(served.url)
      recorder.source.onopen = () => {
        recorder.source.close()
      }
      await recorder.until('open')
      await served.log({ closed: 1 })
      await sleep(50)
      equal(recorder.summary, ['open'])
    },
  },
  {
    number: 21,
    title: 'an exception in a listener is reported and does not affect other listeners, messages or the connection',
    run: async (fact) => {
      const served = await fact.serve(stream('data: 1\n\ndata: 2\n\n'))
      const reported = countUncaught('thrown by a listener')
      const source = fact.open(served.url)
      for (const type of ['open', 'message']) {
        source.addEventListener(type, () => {
          throw new Error('thrown by a listener')
        })
      }
      source.onmessage = () => {
        throw new Error('thrown by a listener')
      }
      const recorder = fact.listen(served.url)
      const own: string[] = []
      await new Promise<void>((resolve) => {
        source.addEventListener('message', (event) => {
          own.push(String(event.data))
          if (own.length === 2) resolve()
        })
      })
      await recorder.until('message', 2)
      await reported.until(5)
      equal(own, ['1', '2'])
      equal(source.readyState, 1, 'readyState')
    },
  },
  {
    number: 21,
    title: 'all pending microtasks run between messages also when listeners throw',
    run: async (fact) => {
      const count = 5
      const data = Array.from({ length: count }, (_, i) => `data: ${i}\n\n`)
      const served = await fact.serve(stream(data.join('')))
      const message = 'thrown before microtasks'
      countUncaught(message)
      const source = fact.open(served.url)
      const log: string[] = []
      for (let i = 0; i < 2; i++) {
        source.addEventListener('message', () => {
          throw new Error(message)
        })
      }
      await new Promise<void>((resolve) => {
        source.onmessage = (event) => {
          log.push(`${String(event.data)} starts`)
          void microtasks(200).then(() => {
            log.push(`${String(event.data)} ends`)
            if (log.length === 2 * count) resolve()
          })
        }
      })
      equal(log, Array.from({ length: count }, (_, i) => [`${i} starts`, `${i} ends`]).flat())
    },
  },
  {
    number: 21,
    title: 'an exception in an error listener does not prevent reconnection',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'), stream('data: x\n\n'))
      const reported = countUncaught('thrown by a listener of error')
      const source = fact.open(served.url)
      source.onerror = () => {
        throw new Error('thrown by a listener of error')
      }
      await new Promise((resolve) => {
        source.onmessage = resolve
      })
      await reported.until(1)
    },
  },
  {
    number: 21,
    title:
      'listeners work as on any EventTarget: functions, objects, once, signal, removal and stopImmediatePropagation',
    run: (fact) => {
      const source = fact.open(fact.otherOrigin)
      const calls: unknown[] = []
      const object = {
        handleEvent(event: Event) {
          calls.push(['object', this === object, event.target === source, event.eventPhase])
        },
      }
      const func = function (this: unknown, event: Event): void {
        calls.push(['function', this === source, event.target === source])
      }
      const removed = (): unknown => calls.push('removed')
      for (const listener of [object, func, object, func, removed]) source.addEventListener('x', listener)
      source.addEventListener('x', () => calls.push('once'), { once: true })
      source.removeEventListener('x', removed)
      const { signal, abort } = aborting()
      source.addEventListener('x', () => calls.push('of a signal'), { signal })
      equal(source.dispatchEvent(new Event('x')), true)
      const both = [
        ['object', true, true, 2],
        ['function', true, true],
      ]
      equal(calls.splice(0), [...both, 'once', 'of a signal'])
      abort()
      source.addEventListener('x', (event) => {
        event.preventDefault()
        event.stopImmediatePropagation()
      })
      source.addEventListener('x', removed)
      equal(source.dispatchEvent(new Event('x', { cancelable: true })), false)
      equal(calls.splice(0), both)
      equal(thrown(() => source.dispatchEvent({} as Event)).name, 'TypeError')
      source.addEventListener('y', () => {
        source.addEventListener('y', () => calls.push('added meanwhile'))
      })
      source.addEventListener('y', () => calls.push('second'))
      source.dispatchEvent(new Event('y'))
      equal(calls, ['second'])
    },
  },
  {
    number: 21,
    title: 'a subclass that overrides dispatchEvent or addEventListener does not change event delivery',
    run: async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const calls: string[] = []
      class Sub extends (fact.env.EventSource as typeof EventSource) {
        override dispatchEvent(): boolean {
          calls.push('dispatchEvent')
          return true
        }
        override addEventListener(): void {
          calls.push('addEventListener')
        }
      }
      const source = new Sub(served.url)
      await new Promise((resolve) => {
        source.onmessage = resolve
      })
      source.close()
      equal(calls, [])
    },
  },
  {
    number: 21,
    title: 'an endless event of short lines fails with reason too-large',
    needs: isOurs,
    run: async (fact) => {
      const served = await fact.serve({ steps: [{ repeat: 'data\n', bytes: LARGE }] })
      const recorder = fact.listen(served.url, { maxBufferSize: 2 ** 20 })
      await recorder.until('error')
      equal(recorder.summary, ['open', 'error 2'])
      equal((recorder.events.at(-1)?.event as ErrorEvent).error.reason, 'too-large')
    },
  },
  {
    number: 21,
    title: 'an endless line fails with reason too-large and closes the connection',
    needs: isOurs,
    run: async (fact) => {
      const served = await fact.serve({
        steps: [{ write: 'retry: 10\ndata: first\n\ndata: ' }, { repeat: 'x', bytes: LARGE }],
      })
      const recorder = fact.listen(served.url, { maxBufferSize: 100_000 })
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: first', 'error 2'])
      equal((recorder.events.at(-1)?.event as ErrorEvent).error.reason, 'too-large')
      const { requests } = await served.log({ closed: 1 })
      equal(requests.length, 1, 'the number of requests')
    },
  },
]

function aborting(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => { controller.abort() } } // prettier-ignore
}

/** edge-runtime has no MessageEvent class. */
function isMessageEvent(event: Event): boolean {
  const { MessageEvent } = globalThis as Partial<typeof globalThis>
  return event instanceof (MessageEvent ?? Event) && Object.prototype.toString.call(event) === '[object MessageEvent]'
}

/** Resolves after a chain of this many microtasks. */
async function microtasks(depth: number): Promise<void> {
  for (let i = 0; i < depth; i++) await Promise.resolve()
}

/** Copies an event like polyfills and frameworks do. */
function copyOf(event: Event): Event {
  return Reflect.construct(event.constructor, [event.type, event]) as Event
}
