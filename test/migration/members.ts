/** The options, methods, properties and events of other packages, read from their own files. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { locate } from './packages.ts'

/** The names that a package's page must cover. */
export const MEMBERS: Record<string, () => string[]> = {
  eventsource: () => {
    const [index, source, types, errors] = ['index', 'EventSource', 'types', 'errors'].map((file) =>
      read('eventsource', `dist/${file}.d.ts`),
    ) as [string, string, string, string]
    return [
      ...all(index, /(?:export \{ (?:type )?|, type )(\w+)/g),
      ...all(types, /^export (?:type|interface) (\w+)/gm),
      ...members(types, 'interface EventSourceInit'),
      ...members(source, 'interface EventSource '),
      ...members(errors, 'class ErrorEvent'),
    ]
  },
  '@microsoft/fetch-event-source': () => {
    const [index, init, message] = ['index', 'fetch', 'parse'].map((file) =>
      read('@microsoft/fetch-event-source', `lib/cjs/${file}.d.ts`),
    ) as [string, string, string]
    return [
      ...all(index, /[{,] (\w+)/g),
      ...members(init, 'interface FetchEventSourceInit'),
      ...members(message, 'interface EventSourceMessage'),
      ...all(message, /^export declare function (\w+)/gm),
      'input',
      'signal',
    ]
  },
  'eventsource-client': () => {
    const types = read('eventsource-client', 'dist/default.d.ts')
    return [
      ...all(types, /^export declare (?:const|function|interface|type) (\w+)/gm),
      ...members(types, 'interface EventSourceOptions'),
      ...members(types, 'interface EventSourceClient'),
      ...['EventSourceMessage', 'ReadyState', 'data', 'event', 'id'],
    ]
  },
  'sse.js': () => {
    const [types, source] = [read('sse.js', 'types/sse.d.ts'), read('sse.js', 'lib/sse.js')]
    return [
      'SSE',
      ...members(types, 'type SSE = '),
      ...members(types, 'type SSEOptions'),
      ...members(types, 'type _SSEvent'),
      ...all(source, /new CustomEvent\("(\w+)"\)/g),
    ].filter((name) => name !== 'new')
  },
  'event-source-polyfill': () => {
    const source = read('event-source-polyfill', 'src/eventsource.js')
    // The part before is for old browsers.
    const own = source.slice(source.indexOf('function EventTarget('))
    return [
      ...all(own, /exports\.(\w+) =/g),
      ...all(own.slice(own.indexOf('function start(')), /options\.(\w+)/g),
      ...all(own, /\bes\.([a-z]\w*) =/g),
      ...all(own, /(?:EventSourcePolyfill|EventTarget)\.prototype\.(\w+) =/g),
      ...all(own, /this\.(\w+) = options\.\w+/g),
      ...all(own, /this\.(on\w+) =/g),
      ...all(own, /field === "(heartbeatTimeout)"/g),
    ]
  },
  'launchdarkly-eventsource': () => {
    const source = read('launchdarkly-eventsource', 'lib/eventsource.js')
    const [, events = ''] = /\n\[([^\]]+)\]\.forEach/.exec(source) ?? []
    return [
      ...all(source, /config\.(\w+)/g),
      ...all(source, /defineProperty\((?:this|EventSource), '(\w+)'/g),
      ...all(source, /EventSource\.prototype\.([a-z]\w*) =/g),
      ...all(source, /(?:self|event)\.(reconnectInterval|delayMillis) =/g),
      ...all(events, /'(\w+)'/g).flatMap((name) => [name, `on${name}`]),
      ...['data', 'lastEventId', 'origin', 'status', 'message'],
    ].filter((name) => name !== 'constructor' && name !== 'type')
  },
}

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, name = '']) => name)
}

/** The members of an interface, a class or a type. */
function members(text: string, declaration: string): string[] {
  const from = text.indexOf(declaration)
  if (from === -1) throw new Error(`${declaration} is missing`)
  const body = text.slice(from, text.indexOf('\n}', from))
  return all(body, /^ {2,4}(?:readonly )?(\w+|\[Symbol\.\w+\])\??(?:[:(<])/gm).filter((name) => name !== 'constructor')
}

/** Returns the text of a file of an installed package. */
export function read(name: string, file: string): string {
  let folder = dirname(locate(name))
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, file))) {
    if (folder === dirname(folder)) throw new Error(`${name} does not have ${file}`)
    folder = dirname(folder)
  }
  return readFileSync(join(folder, file), 'utf8')
}
