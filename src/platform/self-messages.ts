/** Browsers: tasks by messages that the page posts to itself, many of them with one message. */

import { now } from './globals.ts'

type Task = () => void

/**
 * Between the listeners of one event a browser runs all microtasks, as it does after every callback: each listener takes one
 * task, so that most tasks cost a call instead of a message. That is a third to a half of what each costs by itself.
 */
const LISTENERS = 64
/** How many tasks that have run are kept before they are thrown away together. */
const MOST_DONE = 1_024
/** In ms. A page that gets more to do than that has to take input and paint in between. */
const LONGEST = 5

let channel: MessageChannel | undefined
/** How many listeners there are. Two at first, for Node's events, which a test environment's page may have, warn of many. */
let listeners = 0
let waiting: Task[] = []
let next = 0
/** Messages on their way. */
let underWay = 0
/** When the listeners of this message began. */
let began = 0
/** Whether microtasks have run since the first of them. */
let haveRun = false
/** Whether they run between listeners; in Node they do not. Known as soon as two tasks wait. */
let areDrained: boolean | undefined

export function postToSelf(task: Task): void {
  waiting.push(task)
  post()
}

/** Sees to it that enough messages are on their way, at once: none waits for another to arrive. */
function post(): void {
  if (waiting.length - next <= underWay * LISTENERS) return
  underWay++
  channel ??= open()
  channel.port2.postMessage(null)
}

function open(): MessageChannel {
  const opened = new MessageChannel()
  listen(opened, 2)
  opened.port1.start()
  return opened
}

function listen({ port1 }: MessageChannel, count: number): void {
  while (listeners < count) {
    const place = listeners++
    port1.addEventListener('message', (event) => {
      take(event, place)
    })
  }
}

/** What the listener in that place does: it runs the next task, or leaves it to another message. */
function take(event: Event, place: number): void {
  const isLast = place === listeners - 1
  if (place === 0) begin(event)
  else if (areDrained === undefined) settle()
  const task = waiting[next]
  if (!task || (place > 0 && !(areDrained && now() - began < LONGEST))) {
    Reflect.deleteProperty(event, 'stopImmediatePropagation')
    event.stopImmediatePropagation()
    post()
    return
  }
  // While a stream is busy, one task always waits.
  if (++next === waiting.length || next === MOST_DONE) {
    waiting = waiting.slice(next)
    next = 0
  }
  if (isLast) post()
  task()
}

function begin(event: Event): void {
  underWay--
  began = now()
  // To a task it is `window.event`, and whoever stops that would stop the other tasks.
  Object.defineProperty(event, 'stopImmediatePropagation', { value: () => undefined, configurable: true })
  if (areDrained === undefined) void probe()
}

/** Not with `then`: zone.js calls all listeners in one, and between them runs what waits for its own promises, but for no others. */
async function probe(): Promise<void> {
  haveRun = false
  await Promise.resolve()
  haveRun = true
}

function settle(): void {
  areDrained = haveRun
  if (areDrained && channel) listen(channel, LISTENERS)
}
