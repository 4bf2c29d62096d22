/** Invalid options: fact 49. */

import { check, thrown } from '../harness.ts'
import { ourFacts, onServer, type BehaviorFact } from './fact.ts'

/** The option and the value that the error must name, and the options. */
const INVALID: [option: string, given: string, options: object][] = [
  ['method', '"TRACE"', { method: 'TRACE' }],
  ['method', '5', { method: 5 }],
  ['headers', '"X Y"', { headers: { 'X Y': 'z' } }],
  ['headers', 'a string', { headers: 'X: hidden' }],
  ['headers', 'number', { headers: { X: 5 } }],
  ['headers', 'line break', { headers: { X: 'hidden\r\nY: z' } }],
  ['body', 'GET', { body: 'hidden' }],
  ['body', 'JSON.stringify(…) for an object', { method: 'POST', body: { prompt: 'hidden' } }],
  ['body', '5', { method: 'POST', body: 5 }],
  ['body', 'ReadableStream', { method: 'POST', body: new ReadableStream(), reconnect: true }],
  ['body', 'ReadableStream', { method: 'POST', body: new ReadableStream(), reconnect: { factor: 1 } }],
  ['resume', 'true', { resume: true }],
  ['redirect', '"manual"', { redirect: 'manual' }],
  ['fetchOptions', 'null', { fetchOptions: null }],
  ['fetchOptions', '"method"', { fetchOptions: { method: 'POST' } }],
  ['fetchOptions', '"signal"', { fetchOptions: { signal: undefined } }],
  ['signal', 'an object', { signal: {} }],
  ['signal', 'null', { signal: null }],
  ['lastEventId', '5', { lastEventId: 5 }],
  ['lastEventId', 'line breaks', { lastEventId: 'a\nb' }],
  ['lastEventIdParameter', '""', { lastEventIdParameter: '' }],
  ['onComment', '"log"', { onComment: 'log' }],
  ['connectTimeout', '-1', { connectTimeout: -1 }],
  ['idleTimeout', 'NaN', { idleTimeout: NaN }],
  ['idleTimeout', '"5"', { idleTimeout: '5' }],
  ['idleTimeout', '"auto" or a number', { idleTimeout: 'never' }],
  ['whenHidden', '"keep" or "close", got true', { whenHidden: true }],
  ['reconnectionTime', 'null', { reconnectionTime: null }],
  ['reconnect', '"yes"', { reconnect: 'yes' }],
  ['reconnect', 'null', { reconnect: null }],
  ['reconnect', 'a function', { reconnect: () => true }],
  ['reconnect.maxAttempts', '0', { reconnect: { maxAttempts: 0 } }],
  ['reconnect.maxAttempts', '1.5', { reconnect: { maxAttempts: 1.5 } }],
  ['reconnect.factor', '0.5', { reconnect: { factor: 0.5 } }],
  ['reconnect.maxDelay', 'NaN', { reconnect: { maxDelay: NaN } }],
  ['reconnect.jitter', 'Infinity', { reconnect: { jitter: Infinity } }],
  ['reconnect.resetAfter', '"1s"', { reconnect: { resetAfter: '1s' } }],
  ['reconnect.shouldReconnect', 'true', { reconnect: { shouldReconnect: true } }],
  ['maxBufferSize', '0', { maxBufferSize: 0 }],
  ['onRefused', '"log"', { onRefused: 'log' }],
  ['reconnect.maxAttempt', 'Did you mean "maxAttempts"?', { reconnect: { maxAttempt: 1 } }],
]

/** Options for undici, which browsers ignore. */
const INVALID_ON_SERVERS: typeof INVALID = [
  ['fetchOptions.dispatcher', 'a string', { fetchOptions: { dispatcher: 'http://user:hidden@proxy' } }],
  ['dispatcher', 'a string', { dispatcher: 'http://user:hidden@proxy' }],
  ['node', '5', { node: 5 }],
  ['node.reconnectionTime', '"5"', { node: { reconnectionTime: '5' } }],
  ['node.dispatcher', 'true', { node: { dispatcher: true } }],
]

/** Options of other APIs, and the alternative that the error must suggest. */
const FOREIGN: [option: string, advice: string][] = [
  ['credentials', '"withCredentials"'],
  ['header', '"headers"'],
  ['timeout', '"connectTimeout" or "idleTimeout"'],
  ['heartbeatTimeout', '"idleTimeout"'],
  ['openWhenHidden', '"whenHidden"'],
  ['retry', '"reconnectionTime"'],
  ['maxRetries', '"reconnect: { maxAttempts }"'],
  ['agent', '"fetchOptions"'],
  ['proxy', '"fetchOptions"'],
  ['https', '"fetchOptions"'],
  ['rejectUnauthorized', '"fetchOptions"'],
  ['lastEventIdQueryParameterName', '"lastEventIdParameter"'],
]

export const invalidOptions: BehaviorFact[] = ourFacts(49, {
  'an invalid option throws a TypeError that names the option and the value without revealing secrets': (fact) => {
    const isServer = onServer(fact.env)
    for (const [option, given, options] of isServer ? [...INVALID, ...INVALID_ON_SERVERS] : INVALID) {
      const { name, message } = thrown(() => fact.open(fact.otherOrigin, options))
      const says = message.includes(`"${option}"`) && message.includes(given) && !message.includes('hidden')
      check(name === 'TypeError' && says, `with ${option}: ${given}, the error is ${name}: ${message}`)
    }
  },
  "a dispatcher throws a TypeError if the runtime's fetch would silently ignore it": (fact) => {
    const options = { fetchOptions: { dispatcher: { dispatch: () => true } } }
    // edge-runtime uses Node's fetch.
    if (/^(?:node|edge)/.test(fact.env.runtime)) fact.open(fact.otherOrigin, options)
    else
      check(
        thrown(() => fact.open(fact.otherOrigin, options)).message.includes('"fetchOptions.dispatcher"'),
        'the error does not name the option',
      )
    fact.open(fact.otherOrigin, { ...options, fetch: () => Promise.reject(new Error('no network')) })
  },
  'an option from another API throws a TypeError that suggests the right one': (fact) => {
    for (const [option, advice] of FOREIGN) {
      const { name, message } = thrown(() => fact.open(fact.otherOrigin, { [option]: 'hidden' }))
      const says = message.includes(`"${option}"`) && message.includes(advice) && !message.includes('hidden')
      check(name === 'TypeError' && says, `with ${option}, the error is ${name}: ${message}`)
      fact.open(fact.otherOrigin, { [option]: undefined })
    }
  },
  'other unknown options are ignored, as in any Web IDL dictionary': (fact) => {
    fact.open(fact.otherOrigin, { unknown: true, Headers: 5 } as object)
  },
  'an option set to undefined counts as absent': (fact) => {
    const names = new Set(INVALID.map(([option]) => option.split('.')[0] ?? ''))
    fact.open(fact.otherOrigin, Object.fromEntries([...names].map((name) => [name, undefined])))
  },
})
