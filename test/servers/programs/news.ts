/** Where the programs' events come from. */

import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

export interface News {
  id: string
  event: string
  data: string
}

/** Milliseconds of silence after which a stream says that it is alive. */
export const HEARTBEAT = Number(process.env.HEARTBEAT ?? 15_000)

/** How many streams are being written. */
export const open = { events: 0, chats: 0 }

const log: News[] = []
const desk = new EventEmitter().setMaxListeners(0)

export function publish(event: string, data: string): void {
  const news = { id: String(log.length + 1), event, data }
  log.push(news)
  desk.emit('news', news)
}

/** Passes on what came after that ID, then what comes, until the function that it returns is called. */
export function follow(lastEventId: string | undefined, listener: (news: News) => void): () => void {
  if (lastEventId) log.slice(Number(lastEventId)).forEach(listener)
  desk.on('news', listener)
  open.events++
  return () => {
    desk.off('news', listener)
    open.events--
  }
}

/** As it goes over the wire: each line of the data is a line of the block. */
export function encode({ id, event, data }: News): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `id: ${id}\nevent: ${event}\n${lines.join('')}\n`
}

/** What a language model would say. */
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
