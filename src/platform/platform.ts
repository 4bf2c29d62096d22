/** What differs between runtimes. In the browser build `platform.browser.ts` takes the place of this module. */

export { EventBase, EventTargetBase, missingBases } from './base-classes.ts'
export { isWatched, publish } from './diagnostics.ts'
export { addListener, dispatch, isReadByRuntime, patchEventTarget, removeListener } from './event-target.ts'
export {
  acceptedMembers,
  dropsHeader,
  hasForbiddenHeaders,
  isBlockedPort,
  isCredential,
  missingHeaders,
  NODE_STREAM_HINT,
  noTimeoutInit,
  passesCredentialsOn,
  sendsStreams,
  STREAMING_FETCH,
  streamingFetch,
} from './fetch.ts'
export { chooseAsyncIterator, domException, isNodeProcess } from './globals.ts'
export { headerValue } from './header-value.ts'
export { defineInspection, glanceOf, setGlance } from './inspection.ts'
export { classNameOf, foreignClassOf, signalProblem } from './request-probes.ts'
export { withListenerLimit } from './listener-limit.ts'
export { need, type Requirement } from './requirements.ts'
export { readUndiciOptions, SERVER_OPTIONS } from './server-options.ts'
export { chooseQueueTask, loopRound, type QueueTask } from './task.ts'
