/** The parts of `everysource` that `SharedEventSource` uses. Default builds take them from the index: see `tsup.config.ts`. */

export { ConnectionError } from '../connection/connection-error.ts'
export { Connection } from '../connection/connection.ts'
export { lastEventIdAfter, type ConnectionSink } from '../connection/exchange.ts'
export { CACHED, type FailureReason } from '../connection/failure.ts'
export { FetchOpener } from '../connection/fetch-exchange.ts'
export { watchPage } from '../connection/page-lifecycle.ts'
export { readOptions, type ConnectionOptions } from '../connection/read-options.ts'
export type { FetchLikeResponse } from '../connection/request.ts'
export { displayURL, parseURL } from '../connection/url.ts'
export { CLOSED, CONNECTING, Dispatcher, OPEN, type ReadyState } from '../event-source/dispatcher.ts'
export { HandlerAttributes } from '../event-source/handler-attributes.ts'
export { defineConstants, defineInterface, keepPrototype } from '../event-source/webidl.ts'
export { checked, isObject, isString, option, optionMembers, toDOMString } from '../input/checks.ts'
export { defineDispose, hostFunction, runtime, tryGet } from '../platform/globals.ts'
export { hasDocument, isDocumentHidden, onPageShow, onWake, subscribe } from '../platform/page.ts'
export {
  assertSupported,
  defineInspection,
  EventTargetBase,
  missingBaseClasses,
  patchEventTarget,
  raiseListenerLimit,
} from '../platform/platform.ts'
