/** From a connection's calls to events: each in its turn, together with the state it stands for. */

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

/** What waits for its task: a message, or anything else that has its place among them. */
type Task = SourceMessageEvent | (() => void)

/** The option `onComment`. */
type Comments = ((text: string) => void) | undefined

/** The sink of a connection that fires events at a target. */
export class Dispatcher implements ConnectionSink {
  readonly #target: EventTarget
  readonly #tasks = new TaskQueue<Task>(this)
  #readyState: ReadyState = CONNECTING
  #lastEventId: string | undefined
  #isDispatching = false
  #origin = ''
  readonly #onComment: Comments

  /** @param lastEventId what the caller starts with, if anything */
  constructor(target: EventTarget, lastEventId: string, onComment: Comments) {
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

  /** Whether an event is with its listeners. */
  get isDispatching(): boolean {
    return this.#isDispatching
  }

  /** Nothing fires any more. */
  close(): void {
    this.#readyState = CLOSED
    this.#tasks.clear()
  }

  /** What has not fired yet never will, and the source is connecting. */
  restart(): void {
    this.#readyState = CONNECTING
    this.#tasks.clear()
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

  /** Listeners always wait. */
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
    return this.#done(() => {
      this.#readyState = CONNECTING
    })
  }

  /** "Reestablish the connection" */
  lost(error: ConnectionError, delay: number): Promise<void> {
    return this.#done(() => {
      this.#readyState = CONNECTING
      this.#dispatch(new ErrorEvent('error', error, delay))
    })
  }

  /** "Fail the connection" */
  failed(error: ConnectionError): Promise<void> {
    return this.#done(() => {
      this.#readyState = CLOSED
      this.#dispatch(new ErrorEvent('error', error))
    })
  }

  /** For the queue: what comes to its turn. */
  runTask(task: Task): void {
    if (typeof task === 'function') {
      task()
      return
    }
    this.#lastEventId = lastEventIdAfter(this.#lastEventId, task.lastEventId)
    this.#dispatch(task)
  }

  /** Resolves when the task has run. */
  #done(task: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tasks.push(() => {
        try {
          task()
          resolve()
        } catch (error) {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the runtime has thrown
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
