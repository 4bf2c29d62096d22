/** Turns a connection's calls into events. Each event fires in its own task, together with its change of state. */

import type { ConnectionError } from '../connection/connection-error.ts'
import { lastEventIdAfter, type ConnectionSink } from '../connection/exchange.ts'
import type { FetchLikeResponse } from '../connection/request.ts'
import { dispatch } from '../platform/platform.ts'
import { reportError } from '../platform/globals.ts'
import { ErrorEvent, inheritFromMessageEvent, Message, OpenEventClass } from './events.ts'
import type { SourceMessageEvent } from './interface.ts'
import { TaskQueue } from './task-queue.ts'

export const CONNECTING = 0
export const OPEN = 1
export const CLOSED = 2

export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSED

/** A queued message, or a function that runs in order with the messages. */
type Task = SourceMessageEvent | (() => void)

type OnComment = ((text: string) => void) | undefined

/** The sink of a connection that fires events at a target. */
export class Dispatcher implements ConnectionSink {
  readonly #target: EventTarget
  readonly #tasks = new TaskQueue<Task>(this)
  #readyState: ReadyState = CONNECTING
  #lastEventId: string | undefined
  #isDispatching = false
  #origin = ''
  readonly #onComment: OnComment

  /** @param lastEventId the option; may be empty */
  constructor(target: EventTarget, lastEventId: string, onComment: OnComment) {
    this.#target = target
    this.#lastEventId = lastEventIdAfter(undefined, lastEventId)
    this.#onComment = onComment
    inheritFromMessageEvent()
  }

  get readyState(): ReadyState {
    return this.#readyState
  }

  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  /** Whether listeners are running. */
  get isDispatching(): boolean {
    return this.#isDispatching
  }

  /** Cancels all queued events. */
  close(): void {
    this.#readyState = CLOSED
    this.#tasks.reset()
  }

  /** Cancels all queued events and sets the state to CONNECTING. */
  restart(): void {
    this.#readyState = CONNECTING
    this.#tasks.reset()
  }

  aborted(): void {
    this.close()
  }

  /** "Announce the connection" */
  open(response: FetchLikeResponse | undefined, origin: string): void {
    this.#origin = origin
    this.#tasks.push(() => {
      this.#readyState = OPEN
      this.#dispatch(new OpenEventClass('open', response))
    })
  }

  message(type: string, data: string, lastEventId: string): void {
    this.#tasks.push(new Message(type, { data, origin: this.#origin, lastEventId }))
  }

  id(lastEventId: string): void {
    this.#tasks.push(() => {
      this.#lastEventId = lastEventIdAfter(this.#lastEventId, lastEventId)
    })
  }

  backpressure(bytes: number): Promise<void> | undefined {
    return this.#tasks.backpressure(bytes)
  }

  /** Listeners are always ready for more. */
  demand(): undefined {
    return undefined
  }

  comment(text: string): void {
    const onComment = this.#onComment
    this.#tasks.push(() => {
      try {
        onComment?.(text)
      } catch (error) {
        reportError(error)
      }
    })
  }

  deciding(): Promise<void> {
    return this.#run(() => {
      this.#readyState = CONNECTING
    })
  }

  /** "Reestablish the connection" */
  lost(error: ConnectionError, delay: number): Promise<void> {
    return this.#run(() => {
      this.#readyState = CONNECTING
      this.#dispatch(new ErrorEvent('error', error, delay))
    })
  }

  /** "Fail the connection" */
  failed(error: ConnectionError): Promise<void> {
    return this.#run(() => {
      this.#readyState = CLOSED
      this.#dispatch(new ErrorEvent('error', error))
    })
  }

  /** Called by the queue. */
  runTask(task: Task): void {
    if (typeof task === 'function') {
      task()
      return
    }
    this.#lastEventId = lastEventIdAfter(this.#lastEventId, task.lastEventId)
    this.#dispatch(task)
  }

  /** Resolves when the task has run. */
  #run(task: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tasks.push(() => {
        try {
          task()
          resolve()
        } catch (error) {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the runtime may throw anything
          reject(error)
        }
      })
    })
  }

  #dispatch(event: Event): void {
    this.#isDispatching = true
    dispatch(this.#target, event)
    this.#isDispatching = false
  }
}
