/** The cheapest way that a runtime has to run something in a task of its own. */

import { runtime } from './globals.ts'

/**
 * Queues a task: all microtasks, to any depth, have run before `task` does, and tasks run in the order they were queued.
 *
 * `setTimeout` comes last because hidden pages throttle it, and browsers stretch nested ones to 4 ms.
 */
export function queueTask(task: () => void): void {
  if (runtime.setImmediate) runtime.setImmediate(task)
  else if (runtime.scheduler?.postTask) void runtime.scheduler.postTask(task)
  else if (runtime.MessageChannel) postToSelf(task)
  else setTimeout(task, 0)
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
