/** The pages of the tests. */

import { bundled, serving } from '../browser/places.ts'
import type { Extra } from '../server/server.ts'

/** Receives commands, and reports. Requests go to another origin: browsers limit the connections to each. */
const REMOTE = `
  const { searchParams } = new URL(location.href)
  const tab = Number(searchParams.get('tab'))
  const server = 'http://' + location.hostname + ':' + searchParams.get('server')
  // Browsers limit the requests with \`keepalive\`, which outlive the page.
  const post = (path, body) =>
    fetch(server + path, { method: 'POST', body, keepalive: true })
      .catch(() => fetch(server + path, { method: 'POST', body }))
      .catch(() => undefined)
  report = (what, value) => post('/report', JSON.stringify({ tab, what, value }))
  const evaluate = async ({ id, code }) => {
    try {
      return { id, value: await (0, eval)(code) }
    } catch (error) {
      return { id, error: String(error) + ' in ' + code }
    }
  }
  // A command is sent again until its reply arrives, perhaps to the tab's next page. Keeps the replies, empty while evaluating.
  const obey = async (command) => {
    const key = 'reply ' + command.id
    if (!(key in sessionStorage)) {
      sessionStorage[key] = ''
      sessionStorage[key] = JSON.stringify(await evaluate(command))
    }
    if (sessionStorage[key] !== '') post('/reply', sessionStorage[key])
  }`

const CONTROL = `<!doctype html><meta charset="utf-8"><title>Control</title>
<script>
  ${REMOTE}
  const commands = new BroadcastChannel('commands')
  const poll = async () => {
    for (const command of await (await fetch(server + '/commands/tab' + tab)).json()) {
      if (command.tab === tab) obey(command)
      else commands.postMessage(command)
    }
  }
  const run = async () => {
    for (;;) await poll().catch(() => new Promise((resolve) => setTimeout(resolve, 100)))
  }
  run()
  report('arrived', 'loaded')
</script>`

/** Listens for commands, except in the back/forward cache. Evaluates the code in the URL fragment when it is loaded. */
const LISTENING = `
  ${REMOTE}
  let commands
  onpageshow = ({ persisted }) => {
    commands = new BroadcastChannel('commands')
    commands.onmessage = ({ data }) => data.tab === tab && obey(data)
    report('arrived', persisted ? 'restored' : 'loaded')
  }
  addEventListener('pagehide', () => commands.close())
  problems = []
  const problem = (text) => {
    problems.push(text)
    report('problem', text)
  }
  onerror = (message) => problem('error: ' + message)
  onunhandledrejection = ({ reason }) => problem('unhandled rejection: ' + reason)
  for (const level of ['error', 'warn']) console[level] = (...words) => problem('console.' + level + ': ' + words.join(' '))`

/**
 * `follow` records the events of a source, and reports a message that is missing, doubled or out of order. The IDs are consecutive
 * numbers.
 */
const FOLLOWING = `
  const now = () => performance.timeOrigin + performance.now()
  follow = (url, options, Source = everysource.SharedEventSource) => {
    const source = new Source(url, options)
    const record = { source, first: 0, last: 0, calls: [], faults: [], times: [], timing: false }
    source.addEventListener('open', () => record.calls.push('open'))
    source.addEventListener('message', ({ lastEventId }) => {
      if (record.timing) record.times.push([Number(lastEventId), now()])
      const id = Number(lastEventId)
      if (record.first === 0) {
        record.first = id
        globalThis.report?.('joined', id)
      } else if (id !== record.last + 1) {
        const fault = id + ' after ' + record.last + (source.leads ? ' in the leader' : '')
        record.faults.push(fault)
        globalThis.report?.('fault', fault)
      }
      record.last = id
    })
    source.addEventListener('error', ({ error, willReconnect, delay }) => {
      record.calls.push(['error', source.readyState, error?.reason, error?.status, error?.message, willReconnect, delay].join())
      globalThis.report?.('error', error?.message)
    })
    return record
  }`

/** Evaluates the code that it receives. */
const WORKER = `
  importScripts('/everysource.js')
  ${FOLLOWING}
  const listen = (port) => (port.onmessage = ({ data }) => port.postMessage((0, eval)(data) ?? null))
  listen(globalThis)
  onconnect = ({ ports: [port] }) => listen(port)`

/** Evaluates code in a worker. */
const ASKING = `
  ask = (port, code) =>
    new Promise((resolve) => {
      port.onmessage = ({ data }) => resolve(data)
      port.postMessage(code)
    })`

const TAB = `<!doctype html><meta charset="utf-8"><title>Tab</title>
<script>${LISTENING}</script>
<script src="/everysource.js"></script>
<script>
  ${FOLLOWING}
  ${ASKING}
  ;(0, eval)(decodeURIComponent(location.hash.slice(1)))
</script>`

const AWAY = `<!doctype html><meta charset="utf-8"><title>Away</title>
<script>${LISTENING}</script>`

export async function pages(): Promise<Extra> {
  const files = serving({
    '/everysource.js': await bundled('test/shared/entry.ts', 'iife', 'everysource'),
    '/control.html': CONTROL,
    '/tab.html': TAB,
    '/away.html': AWAY,
    '/worker.js': WORKER,
  })
  return (request, response) => {
    request.url = request.url?.replace(/\?.*/, '')
    return files(request, response)
  }
}
