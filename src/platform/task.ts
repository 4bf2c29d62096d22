/** The cheapest way that a runtime has to run something in a task of its own. */

import { runtime } from './globals.ts'

/**
 * Queues a task: all microtasks, to any depth, have run before `task` does, and tasks run in the order they were queued.
 *
 * In browsers `setTimeout` would not do: hidden pages throttle it, and nested ones are stretched to 4 ms.
 */
export function queueTask(task: () => void): void {
  if (runtime.setImmediate) runtime.setImmediate(task)
  else if (runtime.scheduler?.postTask) void runtime.scheduler.postTask(task)
  else if (runtime.MessageChannel && isBrowser()) postToSelf(task)
  else setTimeout(task, 0)
}

/** workerd has MessageChannel too, but runs no microtasks between its messages. */
function isBrowser(): boolean {
  return runtime.document !== undefined || runtime.importScripts !== undefined
}

let channel: MessageChannel | undefined
const posted: (() => void)[] = []

function postToSelf(task: () => void): void {
  if (!channel) {
    channel = new MessageChannel()
    channel.port1.onmessage = () => posted.shift()?.()
  }
  posted.push(task)
  channel.port2.postMessage(null)
}
