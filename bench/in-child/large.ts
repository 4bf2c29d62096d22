/** Measures one large event, from the request to the listener. */

import type { Follow } from '../contenders/contender.ts'
import { END, largeData } from '../fixture.ts'
import type { Job } from '../job.ts'

/** Times in ms. */
export interface Cost {
  wall: number
  /** CPU time of all threads. */
  cpu: number
}

/** Maximum length of a string. */
const MAX_BUFFER_SIZE = 2 ** 29

export async function measure(follow: Follow, { url }: Job): Promise<Cost> {
  await receive(follow, '/large?lines=1000&length=1024', url)
  const started = performance.now()
  const cpu = process.cpuUsage()
  const data = await receive(follow, url, url)
  const { user, system } = process.cpuUsage(cpu)
  const wall = performance.now() - started
  const query = new URL(url).searchParams
  if (data !== largeData(Number(query.get('lines')), Number(query.get('length')))) {
    throw new Error('the data received differs from the data sent')
  }
  return { wall, cpu: (user + system) / 1_000 }
}

/** Returns the data of a stream's single event. */
function receive(follow: Follow, url: string, base: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let received: string | undefined
    const stop = follow(
      new URL(url, base).href,
      (data) => {
        if (data !== END) received = data
        else {
          stop()
          resolve(received)
        }
      },
      MAX_BUFFER_SIZE,
    )
  })
}
