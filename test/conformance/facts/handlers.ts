/** Event handler attributes: fact 22. */

import { equal, type Fact } from '../harness.ts'
import type { BehaviorFact } from './fact.ts'

type Handler = 'onopen' | 'onmessage' | 'onerror'
const HANDLERS: Handler[] = ['onopen', 'onmessage', 'onerror']

export const handlers: BehaviorFact[] = [
  {
    number: 22,
    title: 'setting a handler attribute to a primitive stores null; objects are kept',
    run: (fact) => {
      const source = fact.open(fact.otherOrigin)
      const object = { handleEvent: () => undefined }
      const func = (): void => undefined
      for (const name of HANDLERS) {
        equal(source[name], null, `${name} at first`)
        for (const value of [object, func, []] as (() => void)[]) {
          source[name] = value
          equal(source[name] === value, true, `keeping an object as ${name}`)
        }
        for (const value of [1, 'x', true, Symbol('x'), undefined, null]) {
          source[name] = func
          source[name] = value as null
          equal(source[name], null, `${name} after a primitive`)
        }
      }
    },
  },
  {
    number: 22,
    title: 'a handler object that is not callable is ignored',
    run: (fact) => {
      const { source, log, fire } = listening(fact)
      source.onmessage = { handleEvent: () => log.push('handled') } as unknown as () => void
      fire()
      equal(log, [])
    },
  },
  {
    number: 22,
    title: 'replacing a handler keeps its position among the listeners',
    run: (fact) => {
      const { source, log, add, fire } = listening(fact)
      add('a')
      source.onmessage = () => log.push('old')
      add('b')
      source.onmessage = () => log.push('new')
      fire()
      equal(log, ['a', 'new', 'b'])
    },
  },
  {
    number: 22,
    title: 'a handler object that is not callable still reserves a position among the listeners',
    run: (fact) => {
      const { source, log, add, fire } = listening(fact)
      source.onmessage = {} as () => void
      add('a')
      source.onmessage = () => log.push('handler')
      fire()
      equal(log, ['handler', 'a'])
    },
  },
  {
    number: 22,
    title: 'setting a handler to null removes it and gives up its position',
    run: (fact) => {
      const { source, log, add, fire } = listening(fact)
      source.onmessage = () => log.push('handler')
      add('a')
      source.onmessage = null
      fire()
      equal(log, ['a'], 'after null')
      source.onmessage = () => log.push('handler')
      fire()
      equal(log, ['a', 'a', 'handler'], 'after another handler')
    },
  },
  {
    number: 22,
    title: 'a handler replaced or removed during a dispatch is not called',
    run: (fact) => {
      const { source, log, fire } = listening(fact)
      source.addEventListener('message', () => {
        source.onmessage = () => log.push('new')
      })
      source.onmessage = () => log.push('replaced')
      fire()
      equal(log, ['new'], 'after a replacement')

      const removed = listening(fact)
      removed.source.addEventListener('message', () => {
        removed.source.onmessage = null
      })
      removed.source.onmessage = () => removed.log.push('removed')
      removed.fire()
      equal(removed.log, [], 'after a removal')
    },
  },
  {
    number: 22,
    title: 'a handler is called with the source as this and the event as its argument',
    run: (fact) => {
      const { source, log, fire } = listening(fact)
      source.onmessage = function (event) {
        log.push(String(this === source), event.type)
      }
      fire()
      equal(log, ['true', 'message'])
    },
  },
  {
    number: 22,
    title: 'onmessage receives only messages of type message',
    run: (fact) => {
      const { source, log, fire } = listening(fact)
      source.onmessage = () => log.push('called')
      fire('other')
      equal(log, [])
      fire('message')
      equal(log, ['called'])
    },
  },
]

/** A source on which the test dispatches events itself. */
function listening(fact: Fact) {
  const source = fact.open(fact.otherOrigin)
  const log: string[] = []
  return {
    source,
    log,
    add: (name: string) => {
      source.addEventListener('message', () => log.push(name))
    },
    fire: (type = 'message') => source.dispatchEvent(new Event(type)),
  }
}
