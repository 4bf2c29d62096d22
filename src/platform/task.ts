/** The runtime's cheapest way to run a callback in a separate task. */

import { tryGet, hostFunction, isBrowser, isNode, runtime } from './globals.ts'
import { choosePostToSelf } from './self-messages.ts'

/** Queues a task. All microtasks, to any depth, run before it, and tasks run in the order they were queued. */
export type QueueTask = (task: () => void) => unknown

/**
 * Chooses the runtime's way to queue a task. Choose once per queue, so that installing or removing a fake clock in a test loses
 * no task.
 *
 * Browsers throttle `setTimeout` in hidden pages and stretch nested timers to 4 ms, so they use messages.
 */
export function chooseQueueTask(): QueueTask {
  const setImmediate = hostFunction('setImmediate')
  if (setImmediate && !isReactNative()) return withCheckpoint(setImmediate)
  const { setTimeout } = runtime
  // workerd has MessageChannel too, but runs no microtasks between its messages.
  return (isBrowser() ? choosePostToSelf() : undefined) ?? withCheckpoint((task) => setTimeout(task, 0))
}

/** Whether exceptions may not end the process, as of the last call of `loopCount`: asking at each task would be slow. */
let survivesExceptions = false
let microtasksHaveRun = true
const resolved = Promise.resolve()

/**
 * Runs each task only after the microtasks of the task before. Node runs the next immediate or timer before them if a handler of
 * `uncaughtException` keeps the process alive after a listener has thrown. A task that waits may go behind later ones.
 */
function withCheckpoint(queueTask: QueueTask): QueueTask {
  return (task) => {
    if (!survivesExceptions) return queueTask(task)
    let waitedIn: number | undefined = -1
    const runAfterMicrotasks = (): void => {
      // A fake clock runs the task again in the same iteration: waiting on would never end.
      const iteration = microtasksHaveRun ? waitedIn : loopCount()
      if (iteration !== waitedIn) {
        waitedIn = iteration
        queueTask(runAfterMicrotasks)
        return
      }
      microtasksHaveRun = false
      void resolved.then(() => {
        microtasksHaveRun = true
      })
      task()
    }
    return queueTask(runAfterMicrotasks)
  }
}

/** The number of event loop iterations, in Node. All microtasks run between two iterations. Call it before a burst of tasks. */
export function loopCount(): number | undefined {
  try {
    const { process, performance } = runtime
    survivesExceptions =
      process?.listenerCount?.('uncaughtException') !== 0 || process.hasUncaughtExceptionCaptureCallback?.() === true
    const loop = performance?.nodeTiming
    return loop && 'uvMetricsInfo' in loop ? loop.uvMetricsInfo.loopCount : undefined
  } catch {
    return undefined
  }
}

/** React Native's `setImmediate` queues a microtask. (Libraries/Core/Timers/immediateShim.js) */
function isReactNative(): boolean {
  return !isNode() && tryGet(() => runtime.navigator?.product) === 'ReactNative'
}
