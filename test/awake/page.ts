/** The page of the tests. */

import { path } from '../conformance/bundle.ts'
import { readBuild } from '../conformance/which-build.ts'
import { serving } from '../browser/places.ts'
import type { Extra } from '../server/server.ts'

/**
 * Loaded before the library. Records changes of the visibility, and counts the library's listeners and pending timers. Other
 * scripts have some too: WebKit's driver starts a timer in the page.
 */
const COUNTING = `
  changes = []
  const change = (name) => () => changes.push({ name, at: Date.now() })
  document.addEventListener('visibilitychange', () => change(document.visibilityState)())
  document.addEventListener('resume', change('resume'))
  addEventListener('pageshow', ({ persisted }) => {
    change('shown')()
    if (self === top) fetch(persisted ? '/arrived/restored' : '/arrived/loaded', { method: 'POST' })
  })

  const isLibrary = () => new Error().stack.includes('everysource.min.js')
  listeners = []
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype
  const nameOf = (target) => (target === document ? 'document' : (target ?? window) === window ? 'window' : undefined)
  EventTarget.prototype.addEventListener = function (type, listener, ...more) {
    const target = nameOf(this)
    if (target && isLibrary()) listeners.push({ name: target + ' ' + type, listener })
    return add.call(this ?? window, type, listener, ...more)
  }
  EventTarget.prototype.removeEventListener = function (type, listener, ...more) {
    const target = nameOf(this)
    const i = listeners.findIndex((other) => other.name === target + ' ' + type && other.listener === listener)
    if (target && i >= 0) listeners.splice(i, 1)
    return remove.call(this ?? window, type, listener, ...more)
  }

  timers = new Set()
  for (const [set, clear] of [['setTimeout', 'clearTimeout'], ['setInterval', 'clearInterval']]) {
    const [start, stop] = [globalThis[set], globalThis[clear]]
    globalThis[set] = (run, ...more) => {
      const id = start((...given) => {
        if (set === 'setTimeout') timers.delete(id)
        run(...given)
      }, ...more)
      if (isLibrary()) timers.add(id)
      return id
    }
    globalThis[clear] = (id) => {
      timers.delete(id)
      stop(id)
    }
  }
  traces = () => ({ listeners: listeners.map(({ name }) => name).sort(), timers: timers.size })`

/** `follow` records the events of a source, and `loop` those of a `streamEvents` loop. */
const RECORDING = `
  const recorded = () => {
    const calls = []
    const times = []
    const call = (text) => {
      calls.push(text)
      times.push(Date.now())
    }
    return { calls, times, call }
  }
  follow = (url, options, Source = everysource.EventSource) => {
    const { call, ...record } = recorded()
    const source = new Source(url, options)
    source.addEventListener('open', () => call('open'))
    source.addEventListener('message', ({ lastEventId }) => call(lastEventId))
    source.addEventListener('error', (event) => call('error ' + source.readyState + ' ' + event.error?.reason))
    return { source, ...record }
  }
  loop = (url, options, streamEvents = everysource.streamEvents) => {
    const { call, ...record } = recorded()
    const events = streamEvents(url, options)
    const run = async () => {
      for await (const { lastEventId } of events) call(lastEventId)
      call('ended')
    }
    run().catch((error) => call('thrown ' + error.name))
    return { source: events, ...record }
  }`

const PAGE = `<!doctype html><meta charset="utf-8"><title>Awake</title>
<script>${COUNTING}</script>
<script src="/everysource.min.js"></script>
<script>${RECORDING}</script>`

const AWAY = `<!doctype html><meta charset="utf-8"><title>Away</title>
<script>addEventListener('pageshow', () => self === top && fetch('/arrived/away', { method: 'POST' }))</script>`

const WORKER = `
importScripts('/everysource.min.js')
${RECORDING}
onmessage = ({ data }) => {
  const { source, calls } = follow(data, { whenHidden: 'close' })
  for (const type of ['open', 'message', 'error']) source.addEventListener(type, () => postMessage({ calls }))
}`

export function pages(): Extra {
  return serving({
    '/everysource.min.js': readBuild(path('dist/everysource.min.js'), 'browser'),
    '/awake.html': PAGE,
    '/frame.html': PAGE,
    '/away.html': AWAY,
    '/worker.js': WORKER,
  })
}
