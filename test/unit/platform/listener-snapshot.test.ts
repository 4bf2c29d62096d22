/** Listeners added during dispatch, which Node's EventTarget calls for the same event. */

import { getEventListeners } from 'node:events'
import { afterAll, afterEach, expect, it } from 'vitest'
import { EventSource } from '../../../src/index.ts'
import { openResponse, STUB_URL } from '../support/sources.ts'

const source = new EventSource(STUB_URL, { fetch: () => Promise.resolve(openResponse('')) })
const undo = new AbortController()
let calls: string[] = []

afterEach(() => {
  calls = []
})
afterAll(() => {
  source.close()
})

/** A listener that records its call. */
function says(word: string): () => void {
  return () => {
    calls.push(word)
  }
}

function fire(type: string): string[] {
  calls = []
  source.dispatchEvent(new Event(type))
  return calls
}

it("Node's EventTarget still calls listeners added during dispatch, so the workaround is needed", () => {
  const target = new EventTarget()
  target.addEventListener('a', () => {
    target.addEventListener('a', says('late'))
  })
  target.addEventListener('a', says('second'))
  target.dispatchEvent(new Event('a'))
  expect(calls).toEqual(['second', 'late'])
})

it('listeners added during dispatch receive the next event, in order', () => {
  source.addEventListener('a', says('first'))
  const adds = (): void => {
    source.addEventListener('a', says('late'))
    source.addEventListener('a', { handleEvent: says('later') }, { once: true })
  }
  source.addEventListener('a', adds, { once: true })
  source.addEventListener('a', says('second'))
  expect(fire('a')).toEqual(['first', 'second'])
  expect(fire('a')).toEqual(['first', 'second', 'late', 'later'])
  expect(fire('a')).toEqual(['first', 'second', 'late'])
})

it('listeners added during dispatch are added once, and not at all if they are removed again', () => {
  const late = says('late')
  const capturing = says('capturing')
  source.addEventListener(
    'b',
    () => {
      source.addEventListener('b', late)
      source.addEventListener('b', late, false)
      source.addEventListener('b', capturing, true)
      source.addEventListener('b', capturing, { capture: false })
      source.removeEventListener('b', capturing, { capture: true })
      const gone = says('gone')
      source.addEventListener('b', gone)
      source.removeEventListener('b', gone)
    },
    { once: true },
  )
  source.addEventListener('b', says('second'), { once: true })
  fire('b')
  expect(fire('b')).toEqual(['late', 'capturing'])
})

it('existing listeners keep their position, unless they are removed and added again', () => {
  const first = says('first')
  source.addEventListener('c', first)
  source.addEventListener('c', says('second'))
  source.addEventListener(
    'c',
    () => {
      source.addEventListener('c', first)
    },
    { once: true },
  )
  expect(fire('c')).toEqual(['first', 'second'])
  expect(fire('c')).toEqual(['first', 'second'])
  source.addEventListener(
    'c',
    () => {
      source.removeEventListener('c', first)
      source.addEventListener('c', first)
    },
    { once: true },
  )
  fire('c')
  expect(fire('c')).toEqual(['second', 'first'])
})

it('listeners added during dispatch receive events of other types, other sources and nested dispatches', () => {
  const other = new EventSource(STUB_URL, { fetch: () => Promise.resolve(openResponse('')) })
  source.addEventListener(
    'd',
    () => {
      source.addEventListener('e', says('e'))
      source.dispatchEvent(new Event('e'))
      other.addEventListener('d', says('other'))
      other.dispatchEvent(new Event('d'))
      source.addEventListener('d', says('d'))
      source.dispatchEvent(new Event('d'))
    },
    { once: true },
  )
  expect(fire('d')).toEqual(['e', 'other', 'd'])
  expect(fire('d')).toEqual(['d'])
  other.close()
})

it('handler attributes set during dispatch are called for the next event', () => {
  source.addEventListener(
    'message',
    () => {
      source.onmessage = says('handler')
    },
    { once: true },
  )
  source.addEventListener('message', says('second'))
  expect(fire('message')).toEqual(['second'])
  expect(fire('message')).toEqual(['second', 'handler'])
})

it('listeners added during dispatch are dropped if their signal is aborted meanwhile', () => {
  source.addEventListener(
    'f',
    () => {
      source.addEventListener('f', says('late'), { signal: undo.signal })
      undo.abort()
    },
    { once: true },
  )
  source.addEventListener('f', says('second'))
  fire('f')
  expect(fire('f')).toEqual(['second'])
})

it('listeners added during dispatch keep the options they were added with, including null', () => {
  const options = { once: true }
  const late = says('late')
  source.addEventListener(
    'g',
    () => {
      source.addEventListener('g', late, options)
      options.once = false
      source.addEventListener('g', says('lasting'), null as never)
      source.removeEventListener('g', says('another'), null as never)
      source.addEventListener('g', says('of a number'))
    },
    { once: true },
  )
  source.addEventListener('g', says('second'), { once: true })
  expect(fire('g')).toEqual(['second'])
  expect(fire('g')).toEqual(['late', 'lasting', 'of a number'])
  expect(fire('g')).toEqual(['lasting', 'of a number'])
})

it('listeners added during dispatch have their type converted to a string', () => {
  source.addEventListener('1', () => {
    source.addEventListener(1 as never, says('late'), { once: true })
  })
  source.addEventListener('1', says('second'))
  expect(fire('1')).toEqual(['second'])
  expect(fire('1')).toEqual(['second', 'late'])
})

it('invalid listeners are rejected at once during dispatch', () => {
  const refused: unknown[] = []
  source.addEventListener(
    'h',
    () => {
      try {
        source.addEventListener('h', 'no listener' as never)
      } catch (error) {
        refused.push(error)
      }
      try {
        source.addEventListener('h', says('late'), { signal: 'no signal' as never })
      } catch (error) {
        refused.push(error)
      }
    },
    { once: true },
  )
  fire('h')
  expect(refused).toEqual([expect.any(TypeError), expect.any(TypeError)])
  expect(() => source.dispatchEvent(undefined as never)).toThrow(TypeError)
})

it('listeners added during dispatch leave no extra listener on their signal', () => {
  const { signal } = new AbortController()
  const before = getEventListeners(signal, 'abort').length
  source.addEventListener(
    'signal',
    () => {
      source.addEventListener('signal', says('late'), { signal })
    },
    { once: true },
  )
  fire('signal')
  expect(getEventListeners(signal, 'abort')).toHaveLength(before + 1)
})
