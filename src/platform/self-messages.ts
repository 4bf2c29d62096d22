/** Browsers: tasks by messages that the page posts to itself, many of them with one message. */

import { tryGet, now } from './globals.ts'

type Task = () => void

/**
 * Between the listeners of one event a browser runs all microtasks, as it does after every callback: each listener takes one
 * task, so that most tasks cost a call instead of a message. That is a third to a half of what each costs by itself.
 */
const MAX_LISTENERS = 64
/** In ms. A page that gets more to do than that has to take input and paint in between. */
const TIME_SLICE = 5

let channel: MessageChannel | undefined
/** How many listeners there are. Two at first, for Node's events, which a test environment's page may have, warn of many. */
let listenerCount = 0
const queue: Task[] = []
/** Messages on their way. */
let pendingMessages = 0
/** When the listeners of this message began. */
let sliceStart = 0
/** Whether microtasks have run since the first of them. */
let microtasksRan = false
/** Whether they run between listeners; in Node they do not. Known as soon as two tasks wait. */
let drainsMicrotasks: boolean | undefined

/**
 * Undefined where messages won't do: test environments that imitate a page may have no MessageChannel, a stub, or Node's, whose open
 * port keeps the process alive. (test/consumers, Jest)
 */
export function choosePostToSelf(): typeof postToSelf | undefined {
  return tryGet(() => {
    channel ??= new MessageChannel()
    return 'unref' in channel.port1 ? undefined : postToSelf
  })
}

export function postToSelf(task: Task): void {
  queue.push(task)
  post()
}

/** Sees to it that enough messages are on their way, at once: none waits for another to arrive. */
function post(): void {
  if (queue.length <= pendingMessages * MAX_LISTENERS) return
  pendingMessages++
  channel ??= new MessageChannel()
  if (!listenerCount) {
    addListeners(2)
    channel.port1.start()
  }
  channel.port2.postMessage(null)
}

function addListeners(count: number): void {
  while (listenerCount < count) {
    const place = listenerCount++
    channel?.port1.addEventListener('message', (event) => {
      onMessage(event, place)
    })
  }
}

/** What the listener in that place does: it runs the next task, or leaves it to another message. */
function onMessage(event: Event, place: number): void {
  // Of this message: listeners that are added now do not hear it.
  const isLast = place === listenerCount - 1
  if (place === 0) {
    pendingMessages--
    sliceStart = now()
    // To a task it is `window.event`, and whoever stops that would stop the other tasks.
    Object.defineProperty(event, 'stopImmediatePropagation', { value: () => undefined, configurable: true })
    if (drainsMicrotasks === undefined) void probe()
  } else if (drainsMicrotasks === undefined) {
    drainsMicrotasks = microtasksRan
    if (microtasksRan) addListeners(MAX_LISTENERS)
  }
  const isInTime = place === 0 || (drainsMicrotasks && now() - sliceStart < TIME_SLICE)
  const task = isInTime ? queue.shift() : undefined
  if (!task) {
    Reflect.deleteProperty(event, 'stopImmediatePropagation')
    event.stopImmediatePropagation()
  }
  if (!task || isLast) post()
  task?.()
}

/** Not with `then`: zone.js calls all listeners in one, and between them runs what waits for its own promises, but for no others. */
async function probe(): Promise<void> {
  microtasksRan = false
  await Promise.resolve()
  microtasksRan = true
}
