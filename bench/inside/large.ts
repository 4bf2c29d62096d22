/** The time that one large event takes, from the request to the listener. */

import type { Follow } from '../contenders/contender.ts'
import { END, largeData } from '../fixture.ts'
import type { Job } from '../job.ts'

/** In ms. */
export interface Cost {
  wall: number
  /** Of all threads of the process. */
  cpu: number
}

/** As much as a string can hold. */
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
    throw new Error('it got something else than was sent')
  }
  return { wall, cpu: (user + system) / 1_000 }
}

/** The data of the one event of a stream. */
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
