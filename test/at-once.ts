/** A few things at once: what tests mostly do is wait. */

/** Runs them, so many at a time, and throws what the first to fail has thrown when all have ended. */
export async function atOnce(limit: number, tasks: (() => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks]
  const runNext = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task()
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, runNext))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
