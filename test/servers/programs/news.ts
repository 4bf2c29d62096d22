/** Source of the programs' events. */

import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

export interface News {
  id: string
  event: string
  data: string
}

/** Interval of comments that keep idle connections open, in milliseconds. */
export const HEARTBEAT = Number(process.env.HEARTBEAT ?? 15_000)

/** Number of open streams. */
export const open = { events: 0, chats: 0 }

const log: News[] = []
const desk = new EventEmitter().setMaxListeners(0)

export function publish(event: string, data: string): void {
  const news = { id: String(log.length + 1), event, data }
  log.push(news)
  desk.emit('news', news)
}

/** Calls the listener with news after that ID, then with new ones, until the returned function is called. */
export function follow(lastEventId: string | undefined, listener: (news: News) => void): () => void {
  if (lastEventId) log.slice(Number(lastEventId)).forEach(listener)
  desk.on('news', listener)
  open.events++
  return () => {
    desk.off('news', listener)
    open.events--
  }
}

/** Encodes an event: each line of the data becomes a `data` line. */
export function encode({ id, event, data }: News): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `id: ${id}\nevent: ${event}\n${lines.join('')}\n`
}

/** The response of a language model. */
export async function* answer(prompt: string): AsyncGenerator<string> {
  open.chats++
  try {
    for (const word of prompt.split(' ')) {
      yield word
      await delay(20)
    }
  } finally {
    open.chats--
  }
}
