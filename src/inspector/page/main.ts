/** The page: follows the stream from the form and updates the views. */

import type { ControlName, Settings } from '../settings.ts'
import { download, toJSONLines } from './export.ts'
import { Form } from './form.ts'
import { nativeLimit, type Wanted } from './request.ts'
import { Session } from './session.ts'
import { SideBySide } from './side-by-side.ts'
import { ResponseView } from './view/response.ts'
import { byId, make, setText } from './view/dom.ts'
import { FindingsView } from './view/findings.ts'
import { MessageList } from './view/messages.ts'
import { NativeView } from './view/native.ts'
import { ReadingView } from './view/reading.ts'
import { StatusView } from './view/status.ts'
import { Timeline } from './view/timeline.ts'

/** In ms: the minimum time between renders, and the interval of renders without events. */
const FRAME = 50
const IDLE = 250

const settings = (await (await fetch('settings.json')).json()) as Settings
const form = new Form(settings)
const status = new StatusView()
const messages = new MessageList()
const reading = new ReadingView()
const timeline = new Timeline()
const findings = new FindingsView()
const nativeView = new NativeView()
const responseView = new ResponseView()
const closeButton = byId('close', HTMLButtonElement)

let session: Session | undefined
let native: SideBySide | undefined
let frame: ReturnType<typeof setTimeout> | undefined

function connect(wanted: Wanted): void {
  session?.close('Closed: another stream was opened')
  native?.close()
  native = undefined
  reading.begin(wanted.body)
  let wasOpen = false
  let lastId = ''
  const current = new Session({
    wanted,
    forward: settings.forward ?? '',
    onMessage: ({ type, lastEventId, data }) => {
      if (!wasOpen) {
        // Without an ID, the server starts over after a reconnection.
        if (current.recording.attempts > 1 && lastId === '') reading.restart()
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
      schedule()
    },
  })
  session = current
  current.start()
  if (wanted.compares) native = new SideBySide(wanted, settings.forward ?? '', () => current.recording.state, schedule)
  schedule()
}

function close(): void {
  session?.close('Closed by the user')
  native?.close()
  schedule()
}

/** Combines all changes until the next frame into one render. */
function schedule(): void {
  frame ??= setTimeout(() => {
    frame = undefined
    render()
  }, FRAME)
}

function render(): void {
  if (!session) return
  const now = performance.now()
  status.render(session, now)
  messages.render(session.recording)
  reading.render()
  timeline.render(session.recording, now)
  findings.render(session, now)
  responseView.render(session)
  nativeView.render(session, native, whyNotCompared(session.wanted))
  const isOver = session.recording.state === 'CLOSED'
  // Disabling the button would lose the keyboard focus.
  closeButton.setAttribute('aria-disabled', String(isOver))
}

function whyNotCompared(wanted: Wanted): string {
  const why = nativeLimit(wanted)
  return why === undefined
    ? 'The comparison is turned off in the form.'
    : `The native EventSource can't follow this stream: ${why}.`
}

async function sendAction(action: ControlName): Promise<void> {
  const path = new URL(form.offered?.url ?? '', location.href).pathname
  const result = byId('control-result', HTMLElement)
  try {
    const response = await fetch(settings.control ?? '', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ action, path }),
    })
    const { message } = (await response.json()) as { message: string }
    setText(result, message)
  } catch {
    setText(result, 'The server is not responding.')
  }
}

form.element.addEventListener('submit', (event) => {
  event.preventDefault()
  const wanted = form.read()
  if (wanted) connect(wanted)
})
closeButton.addEventListener('click', close)
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-action]')) {
  button.addEventListener('click', () => void sendAction(button.dataset.action as ControlName))
}

const view = byId('view', HTMLSelectElement)
function showView(): void {
  byId('messages-view', HTMLElement).hidden = view.value !== 'messages'
  byId('reading-view', HTMLElement).hidden = view.value !== 'text'
}
view.addEventListener('change', showView)
showView()

const exported = byId('exported', HTMLElement)
byId('save', HTMLButtonElement).addEventListener('click', () => {
  if (session) download(toJSONLines(session.recording.messages, session.recording.startedAt), 'messages.jsonl')
})
byId('copy', HTMLButtonElement).addEventListener('click', () => {
  if (!session) return
  const { messages: kept, startedAt } = session.recording
  navigator.clipboard.writeText(toJSONLines(kept, startedAt)).then(
    () => {
      setText(exported, `Copied ${kept.length} lines`)
    },
    () => {
      setText(exported, 'The browser blocked copying. Save the messages instead.')
    },
  )
})

for (const { href, text } of settings.links ?? []) {
  const link = make('a', '', text)
  link.href = href
  byId('links', HTMLElement).append(link)
}
// Updates the elapsed times between messages.
setInterval(schedule, IDLE)
byId('connect', HTMLButtonElement).disabled = false
document.documentElement.dataset.ready = 'true'
