/** The cheapest way that a runtime has to run something in a task of its own. */

import { tryGet, hostFunction, isBrowser, isNode, runtime } from './globals.ts'
import { choosePostToSelf } from './self-messages.ts'

/** Queues a task: all microtasks, to any depth, have run before it does, and tasks run in the order they were queued. */
export type QueueTask = (task: () => void) => unknown

/**
 * Chooses the runtime's way. Whoever queues many tasks chooses once: a test's fake clock that comes and goes meanwhile must
 * not swallow any.
 *
 * In browsers `setTimeout` would not do: hidden pages throttle it, and nested ones are stretched to 4 ms.
 */
export function chooseQueueTask(): QueueTask {
  const setImmediate = hostFunction('setImmediate')
  if (setImmediate && !isReactNative()) return setImmediate
  const { setTimeout } = runtime
  // workerd has MessageChannel too, but runs no microtasks between its messages.
  return (isBrowser() ? choosePostToSelf() : undefined) ?? ((task) => setTimeout(task, 0))
}

/** How often the event loop has gone round, where it says so (Node): between two rounds all microtasks run. */
export function loopCount(): number | undefined {
  try {
    const loop = runtime.performance?.nodeTiming
    return loop && 'uvMetricsInfo' in loop ? loop.uvMetricsInfo.loopCount : undefined
  } catch {
    return undefined
  }
}

/** Its `setImmediate` queues a microtask. (Libraries/Core/Timers/immediateShim.js) */
function isReactNative(): boolean {
  return !isNode() && tryGet(() => runtime.navigator?.product) === 'ReactNative'
}
