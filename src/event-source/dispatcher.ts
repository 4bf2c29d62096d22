/** From a connection's calls to events: each in its turn, together with the state it stands for. */

import type { ConnectionError } from '../connection/connection-error.ts'
import type { ConnectionSink } from '../connection/connection.ts'
import { dispatch, EventBase } from '../platform/event-target.ts'
import { ErrorEvent, inheritFromMessageEvent, Message } from './events.ts'
import type { SourceMessageEvent } from './interface.ts'
import { TaskQueue } from './task-queue.ts'

export const CONNECTING = 0
export const OPEN = 1
export const CLOSED = 2

export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSED

/** What waits for its task: a message, or a step of the standard's that changes state. */
type Task =
  | SourceMessageEvent
  | { step: 'announce the connection' }
  | { step: 'set the last event ID string'; lastEventId: string }
  | { step: 'reestablish the connection'; error: ConnectionError; announced: () => void }
  | { step: 'fail the connection'; error: ConnectionError }

/** The sink of a connection that fires events at a target. */
export class Dispatcher implements ConnectionSink {
  readonly #target: EventTarget
  readonly #tasks = new TaskQueue<Task>((task) => {
    this.#run(task)
  })
  #readyState: ReadyState = CONNECTING
  #lastEventId = ''
  #origin = ''

  constructor(target: EventTarget) {
    this.#target = target
    inheritFromMessageEvent()
  }

  get readyState(): ReadyState {
    return this.#readyState
  }

  get lastEventId(): string {
    return this.#lastEventId
  }

  /** Nothing fires any more. */
  close(): void {
    this.#readyState = CLOSED
    this.#tasks.clear()
  }

  open(origin: string): void {
    this.#origin = origin
    this.#tasks.push({ step: 'announce the connection' })
  }

  message(type: string, data: string, lastEventId: string): void {
    this.#tasks.push(new Message(type, data, this.#origin, lastEventId))
  }

  id(lastEventId: string): void {
    this.#tasks.push({ step: 'set the last event ID string', lastEventId })
  }

  backpressure(bytes: number): Promise<void> | undefined {
    return this.#tasks.backpressure(bytes)
  }

  lost(error: ConnectionError): Promise<void> {
    return new Promise((announced) => {
      this.#tasks.push({ step: 'reestablish the connection', error, announced })
    })
  }

  failed(error: ConnectionError): void {
    this.#tasks.push({ step: 'fail the connection', error })
  }

  #run(task: Task): void {
    if (task instanceof Message) {
      this.#lastEventId = task.lastEventId
      dispatch(this.#target, task)
      return
    }
    switch (task.step) {
      case 'announce the connection':
        this.#readyState = OPEN
        dispatch(this.#target, new EventBase('open'))
        break
      case 'set the last event ID string':
        this.#lastEventId = task.lastEventId
        break
      case 'reestablish the connection':
        this.#readyState = CONNECTING
        dispatch(this.#target, new ErrorEvent('error', task.error))
        task.announced()
        break
      case 'fail the connection':
        this.#readyState = CLOSED
        dispatch(this.#target, new ErrorEvent('error', task.error))
        break
    }
  }
}
