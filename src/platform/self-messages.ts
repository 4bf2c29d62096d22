/** Task queue for browsers: the page posts messages to itself, and one message can run many tasks. */

import { now, runtime, tryGet } from './globals.ts'

type Task = () => void

/**
 * Browsers run all microtasks between the listeners of a message, so each listener can run one task. This takes a third to a half of
 * the time that one message per task would take.
 */
const MAX_LISTENERS = 64
/** In ms. After that, the page must be able to handle input and paint. */
const TIME_SLICE = 5

let channel: MessageChannel | undefined
/** Starts with two, because Node's event targets, which a simulated page may use, warn about many listeners. */
let listenerCount = 0
const queue: Task[] = []
/** Messages posted but not received. */
let pendingMessages = 0
/** When the first listener of this message ran. */
let sliceStart = 0
/** Whether microtasks have run since the first listener. */
let microtasksRan = false
/** Whether microtasks run between listeners; in Node they do not. Known once two tasks are queued. */
let drainsMicrotasks: boolean | undefined

/**
 * Undefined if messages don't work: a simulated page may lack MessageChannel, have a stub, or use Node's, whose open port keeps
 * the process alive. (test/consumers, Jest)
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

/** Posts another message if the pending ones cannot run all queued tasks. */
function post(): void {
  if (queue.length <= pendingMessages * MAX_LISTENERS) return
  pendingMessages++
  channel ??= new MessageChannel()
  if (!listenerCount) {
    addListeners(2)
    // Firefox drops messages when the page enters the back/forward cache.
    tryGet(() => {
      runtime.addEventListener?.('pageshow', () => {
        pendingMessages = 0
        post()
      })
    })
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

/** Called for each listener, by index: runs the next task, or leaves it to another message. */
function onMessage(event: Event, place: number): void {
  // Listeners added from here on do not receive this message.
  const isLast = place === listenerCount - 1
  if (place === 0) {
    pendingMessages = Math.max(0, pendingMessages - 1)
    sliceStart = now()
    // Tasks see this event as `window.event`. Stopping it would stop the other tasks.
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

/**
 * Uses `await` instead of `then`: zone.js calls all listeners from one, and in between only runs reactions to zone.js promises.
 */
async function probe(): Promise<void> {
  microtasksRan = false
  await Promise.resolve()
  microtasksRan = true
}
