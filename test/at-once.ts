/** Runs tasks concurrently: tests mostly wait. */

/** Runs at most `limit` tasks at a time. Waits for all of them, then throws the first error. */
export async function atOnce(limit: number, tasks: (() => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks]
  const runNext = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task()
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, runNext))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
