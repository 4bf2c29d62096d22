/** Differences between runtimes. In the browser build, `platform.browser.ts` replaces this module. */

export { EventBase, EventTargetBase, missingBaseClasses } from './base-classes.ts'
export { hasSubscribers, publish } from './diagnostics.ts'
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
  forwardsCredentials,
  supportsRequestStreams,
  STREAMING_FETCH_HINT,
  streamingFetch,
} from './fetch.ts'
export { chooseAsyncIterator, domException, isNodeProcess } from './globals.ts'
export { headerValue } from './header-value.ts'
export { defineInspection, previewOf, setPreview } from './inspection.ts'
export { classNameOf, foreignClassOf, signalProblem } from './request-probes.ts'
export { raiseListenerLimit } from './listener-limit.ts'
export { assertSupported, type Requirement } from './requirements.ts'
export { readUndiciOptions, SERVER_OPTIONS } from './server-options.ts'
export { chooseQueueTask, loopCount, type QueueTask } from './task.ts'
