/** The page: follows the stream from the form and updates the views. */

import type { Remedy } from '../../diagnosis/finding.ts'
import type { Settings } from '../settings.ts'
import { ServerActions } from './actions.ts'
import { Form } from './form.ts'
import { Recording } from './recording.ts'
import { InputError, nativeLimit, type Wanted } from './request.ts'
import { Rows } from './rows.ts'
import { Session } from './session.ts'
import { listenForShortcuts } from './shortcuts.ts'
import { SideBySide } from './side-by-side.ts'
import { DetailView } from './view/detail.ts'
import { byId, isField, make, setText } from './view/dom.ts'
import { FindingsView } from './view/findings.ts'
import { HeadersView } from './view/headers.ts'
import { LogBar } from './view/log-bar.ts'
import { LogView } from './view/log.ts'
import { NativeView } from './view/native.ts'
import { ReadingView } from './view/reading.ts'
import { StatusView } from './view/status.ts'
import { Tabs } from './view/tabs.ts'
import { Timeline } from './view/timeline.ts'

/** The interval of renders without events, in ms. */
const IDLE = 250

let session: Session | undefined
let native: SideBySide | undefined
let frame: number | undefined

const settings = (await (await fetch('settings.json')).json()) as Settings
const form = new Form(settings, showButton, showView)
const rows = new Rows(new Recording(0))
const status = new StatusView()
const tabs = new Tabs(schedule)
const bar = new LogBar(rows, () => session, schedule)
const detail = new DetailView((text, done) => bar.copy(text, done))
const log = new LogView(rows, (entry) => {
  detail.show(entry, rows.recording)
  tabs.show('detail')
})
const reading = new ReadingView()
const timeline = new Timeline()
const findings = new FindingsView(
  {
    apply,
    copy: (text, done) => bar.copy(text, done),
    showAll: () => {
      tabs.show('findings')
    },
  },
  settings.forward !== undefined,
)
const nativeView = new NativeView()
const headers = new HeadersView()
const actions = new ServerActions(settings.control, () => session)
const connectButton = byId('connect', HTMLButtonElement)
const disconnectButton = byId('disconnect', HTMLButtonElement)
const textButton = byId('text-view', HTMLButtonElement)

function connect(): void {
  const wanted = form.read()
  if (wanted) follow(wanted)
}

function follow(wanted: Wanted): void {
  let wasOpen = false
  let lastId = ''
  const current = new Session({
    wanted,
    forward: settings.forward ?? '',
    onMessage: ({ type, lastEventId, data }) => {
      if (!wasOpen) {
        // Without an ID, the server starts over after a reconnection.
        if (current.recording.attempts > 1 && lastId === '') reading.clear()
        wasOpen = true
      }
      lastId = lastEventId
      reading.add(type === wanted.closeAt || data === wanted.closeAt ? '[DONE]' : data)
      native?.received(type, lastEventId, data)
    },
    onType: (type) => {
      form.addType(type)
    },
    onChange: () => {
      if (current.recording.state === 'CONNECTING') wasOpen = false
      if (session === current) schedule()
    },
  })
  try {
    current.start()
  } catch (error) {
    // The class checks more than the form.
    form.showError(new InputError('url', error instanceof Error ? error.message : String(error)))
    return
  }
  session?.close('Closed: another stream was opened')
  native?.close()
  native = undefined
  session = current
  reading.begin(wanted.body)
  rows.follow(current.recording)
  log.begin()
  detail.begin()
  if (wanted.compares) native = new SideBySide(wanted, settings.forward ?? '', () => current.recording.state, schedule)
  schedule()
}

function disconnect(): void {
  session?.close('Closed by the user')
  native?.close()
  schedule()
}

/** Does what the button says. */
function toggle(): void {
  if (session?.isOpen && form.compare(session.wanted) === 'same') disconnect()
  else connect()
}

function apply(remedy: Remedy | 'forward'): void {
  // The user may have selected another stream since the failure.
  if (session) form.restore(session.wanted)
  if (form.apply(remedy)) connect()
  showButton()
}

/** Combines all changes until the next frame into one render. */
function schedule(): void {
  frame ??= requestAnimationFrame(() => {
    frame = undefined
    render()
  })
}

function render(): void {
  showButton()
  if (!log.render()) schedule()
  if (!session) return
  const now = performance.now()
  status.render(session, now)
  bar.render(session)
  reading.render()
  findings.render(session, now)
  actions.render()
  if (tabs.isShown('timeline')) timeline.render(session, now)
  if (tabs.isShown('headers')) headers.render(session)
  if (tabs.isShown('native')) nativeView.render(session, native, whyNotCompared(session.wanted))
}

/** The button says what it will do. */
function showButton(): void {
  const change = session?.isOpen ? form.compare(session.wanted) : undefined
  const labels = { same: 'Disconnect', 'other settings': 'Reconnect', 'other stream': 'Switch' }
  setText(connectButton, change ? labels[change] : 'Connect')
  // Otherwise, an invalid field would keep the stream open.
  disconnectButton.hidden = change === undefined || change === 'same'
  connectButton.classList.toggle('primary', change !== 'same')
}

function whyNotCompared(wanted: Wanted): string {
  const why = nativeLimit(wanted)
  return why === undefined
    ? 'The comparison is turned off in the request.'
    : `The native EventSource can't follow this stream: ${why}.`
}

function showView(view: 'messages' | 'text'): void {
  const isText = view === 'text'
  byId('text-view', HTMLElement).setAttribute('aria-pressed', String(isText))
  byId('list-view', HTMLElement).hidden = isText
  byId('reading', HTMLElement).hidden = !isText
}

disconnectButton.addEventListener('click', () => {
  disconnect()
  connectButton.focus()
})
byId('request', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  toggle()
})
for (const part of ['request', 'panel']) {
  byId(part, HTMLElement).addEventListener('keydown', (event) => {
    // Enter in a field always connects.
    if (event.key !== 'Enter' || !isField(event.target) || event.target instanceof HTMLTextAreaElement) return
    event.preventDefault()
    connect()
  })
}
textButton.addEventListener('click', () => {
  showView(textButton.ariaPressed === 'true' ? 'messages' : 'text')
  schedule()
})

function toNextError(): void {
  showView('messages')
  if (!log.toNextFailure()) bar.say(rows.isFiltered ? 'No error matches the filter.' : 'No errors so far.')
}
byId('next-error', HTMLButtonElement).addEventListener('click', toNextError)

function clear(): void {
  bar.clear()
  reading.clear()
}
byId('clear', HTMLButtonElement).addEventListener('click', clear)

listenForShortcuts([
  [['c'], 'Connect or disconnect', toggle],
  [['/'], 'Filter by text', bar.focusFilter.bind(bar)],
  [['p'], 'Pause or resume', bar.togglePause.bind(bar)],
  [['x'], 'Clear the list', clear],
  [['j', 'ArrowDown'], 'Next message', log.move.bind(log, 1)],
  [['k', 'ArrowUp'], 'Previous message', log.move.bind(log, -1)],
  [['n'], 'Next error', toNextError],
  [['g'], 'First message', log.toStart.bind(log)],
  [['G'], 'Follow the end', log.toEnd.bind(log)],
])

const { docs } = settings
if (docs !== undefined) byId('docs', HTMLAnchorElement).href = docs
byId('demo', HTMLElement).hidden = settings.streams.length === 0
for (const { href, text } of settings.links ?? []) {
  const link = make('a', '', text)
  link.href = href
  byId('links', HTMLElement).append(link)
}
// Updates the elapsed times between messages.
setInterval(schedule, IDLE)
connectButton.disabled = false
if (settings.connects && !isRepeated()) connect()
document.documentElement.dataset.ready = 'true'

/** Whether this is a reload of a page whose request may have side effects. */
function isRepeated(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return settings.request?.method !== 'GET' && navigation?.type !== 'navigate'
}
