/** The exports of `platform.ts` for pages and workers in browsers, without the workarounds for other runtimes. */

import { option } from '../input/checks.ts'
import { hostFunction, runtime } from './globals.ts'
import { percentDecode } from './header-value.ts'
import { requestDropsHeader, toStringTagOf } from './request-probes.ts'

export { probeStreamSupport as supportsRequestStreams, signalProblem } from './request-probes.ts'
import { choosePostToSelf } from './self-messages.ts'
import type { QueueTask } from './task.ts'

// Empty functions declare no parameters, so that bundlers drop calls to them, including the arguments.

export const EventTargetBase = EventTarget
export const EventBase = Event

export function missingBaseClasses(): [] {
  return []
}

export function assertSupported(): void {
  // All browsers of the last five years have the requirements.
}

export function patchEventTarget(): void {
  // Browsers follow the standard.
}

export function isReadByRuntime(): boolean {
  return false
}

export function dispatch(target: EventTarget, event: Event): void {
  EventTargetBase.prototype.dispatchEvent.call(target, event)
}

export function addListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  EventTargetBase.prototype.addEventListener.call(target, type, listener)
}

export function removeListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  EventTargetBase.prototype.removeEventListener.call(target, type, listener)
}

/** DevTools show getters anyway. */
export function defineInspection(): void {
  // Unused in browsers.
}

export function setPreview(): void {
  // Unused in browsers.
}

export function previewOf(): { members: object } {
  return { members: {} }
}

/** Browsers have no listener limit. */
export function raiseListenerLimit<Signal>(signal: Signal): Signal {
  return signal
}

export function hasSubscribers(): undefined {
  return undefined
}

export function publish(): void {
  // Browsers have no diagnostics channels.
}

/** Posts messages to itself if possible. */
export function chooseQueueTask(): QueueTask {
  const { setTimeout } = runtime
  return choosePostToSelf() ?? ((task) => setTimeout(task, 0))
}

export function isNodeProcess(): undefined {
  // The browser build is for pages.
}

export function loopCount(): undefined {
  return undefined
}

export function chooseAsyncIterator(): typeof Symbol.asyncIterator {
  return Symbol.asyncIterator
}

export function domException(message: string, name: string): Error {
  return new DOMException(message, name)
}

export const STREAMING_FETCH_HINT = 'Pass a streaming fetch as option "fetch"'

export function streamingFetch(): typeof globalThis.fetch | string {
  return hostFunction('fetch') ?? 'this runtime has no fetch. Pass one as option "fetch"'
}

export function hasForbiddenHeaders(): boolean {
  return true
}

export function dropsHeader(name: string): boolean {
  return requestDropsHeader(name)
}

export function acceptedMembers<Init extends object>(init: Init): Partial<Init> {
  return init
}

/** Browsers do not report why a request was not sent. */
export function isBlockedPort(): boolean {
  return false
}

/** Only used to follow redirects one by one, which browsers do not support. */
export function isCredential(): boolean {
  return false
}

export function forwardsCredentials(): boolean {
  return false
}

export function missingHeaders(): Record<string, string> {
  return {}
}

export const NODE_STREAM_HINT = ''

/** In a page, these classes are always the browser's. */
export function foreignClassOf(): undefined {
  return undefined
}

export function classNameOf(value: unknown): string {
  return toStringTagOf(value)
}

export const SERVER_OPTIONS: [instead: string, names: string][] = []

/** Ignores `node`, undici's options for Node. */
export function readUndiciOptions(
  { dispatcher }: { dispatcher?: unknown },
  fetchOptions: { dispatcher?: unknown },
  isRuntimeFetch: boolean,
): { fetchOptions: object } {
  const place = dispatcher === undefined ? 'fetchOptions.dispatcher' : 'dispatcher'
  const given = dispatcher ?? fetchOptions.dispatcher
  if (isRuntimeFetch && given !== undefined) throw new TypeError(`${option(place)} is not supported in this runtime`)
  return { fetchOptions: given === undefined ? fetchOptions : { ...fetchOptions, dispatcher: given } }
}

export function noTimeoutInit(callers: object): object {
  return callers
}

/**
 * Firefox and Chromium take a byte string, with one character per byte; WebKit encodes each character as UTF-8. (Conformance
 * suite, fact 8)
 */
export function headerValue(text: string): string | undefined {
  // Only WebKit's errors have a `sourceURL`.
  if ('sourceURL' in new Error()) return /^[\0-\xff]*$/.test(text) ? text : undefined
  return percentDecode(encodeURIComponent(text))
}
