/** The page: follows the stream that its form names, and shows what comes of it. */

import type { ControlName, Settings } from '../settings.ts'
import { download, toJSONLines } from './export.ts'
import { Form } from './form.ts'
import { whyNotNative, type Wanted } from './request.ts'
import { Session } from './session.ts'
import { SideBySide } from './side-by-side.ts'
import { AnswerView } from './view/answer.ts'
import { byId, make, say } from './view/dom.ts'
import { FindingsView } from './view/findings.ts'
import { MessageList } from './view/messages.ts'
import { NativeView } from './view/native.ts'
import { ReadingView } from './view/reading.ts'
import { StatusView } from './view/status.ts'
import { Timeline } from './view/timeline.ts'

/** In ms: how often the page may change, and how often it does when nothing comes. */
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
const answer = new AnswerView()
const closeButton = byId('close', HTMLButtonElement)

let session: Session | undefined
let native: SideBySide | undefined
let frame: ReturnType<typeof setTimeout> | undefined

function connect(wanted: Wanted): void {
  session?.close('Closed by the page, for another')
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
        // Without an ID, the server cannot know where it was.
        if (current.recording.attempts > 1 && lastId === '') reading.restart()
        wasOpen = true
      }
      lastId = lastEventId
      reading.add(type === wanted.closeAt || data === wanted.closeAt ? '[DONE]' : data)
      native?.heard(type, lastEventId, data)
    },
    onType: (type) => {
      form.learn(type)
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
  session?.close('Closed by the page')
  native?.close()
  schedule()
}

/** Whatever comes meanwhile is one change of the page. */
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
  answer.render(session)
  nativeView.render(session, native, whyNoNative(session.wanted))
  const isOver = session.recording.state === 'CLOSED'
  // One that is disabled would lose the keyboard's place.
  closeButton.setAttribute('aria-disabled', String(isOver))
}

function whyNoNative(wanted: Wanted): string {
  const why = whyNotNative(wanted)
  return why === undefined ? 'It is switched off in the form.' : `There is none for this request: ${why}.`
}

async function order(action: ControlName): Promise<void> {
  const path = new URL(form.offered?.url ?? '', location.href).pathname
  const told = byId('control-told', HTMLElement)
  try {
    const response = await fetch(settings.control ?? '', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ action, path }),
    })
    const { told: text } = (await response.json()) as { told: string }
    say(told, text)
  } catch {
    say(told, 'The server is gone.')
  }
}

form.element.addEventListener('submit', (event) => {
  event.preventDefault()
  const wanted = form.read()
  if (wanted) connect(wanted)
})
closeButton.addEventListener('click', close)
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-action]')) {
  button.addEventListener('click', () => void order(button.dataset.action as ControlName))
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
      say(exported, `Copied: ${kept.length} lines`)
    },
    () => {
      say(exported, 'The browser does not allow it: save them instead')
    },
  )
})

for (const { href, text } of settings.links ?? []) {
  const link = make('a', '', text)
  link.href = href
  byId('links', HTMLElement).append(link)
}
// Times go on without messages.
setInterval(schedule, IDLE)
byId('connect', HTMLButtonElement).disabled = false
document.documentElement.dataset.ready = 'true'
