/** Shrinks a failing list. (Zeller's ddmin) */

/** Candidates to try in parallel. */
const WIDTH = 12

/**
 * Removes smaller and smaller parts as long as the rest still fails.
 *
 * @param units must fail
 * @param fails may be called for several lists in parallel
 */
export async function shrink<Unit>(units: Unit[], fails: (units: Unit[]) => Promise<boolean>): Promise<Unit[]> {
  let shortest = units
  let size = Math.ceil(shortest.length / 2)
  while (size > 0) {
    const shorter = await firstFailing(without(shortest, size), fails)
    if (shorter) {
      shortest = shorter
      size = Math.min(size, Math.ceil(shortest.length / 2))
    } else {
      size = size === 1 ? 0 : Math.ceil(size / 2)
    }
  }
  return shortest
}

/** All lists without one part of that size. */
function* without<Unit>(units: Unit[], size: number): Iterable<Unit[]> {
  for (let start = 0; start < units.length; start += size) {
    yield [...units.slice(0, start), ...units.slice(start + size)]
  }
}

/** Tries batches of candidates in parallel, and returns the first that fails. */
async function firstFailing<Unit>(
  candidates: Iterable<Unit[]>,
  fails: (units: Unit[]) => Promise<boolean>,
): Promise<Unit[] | undefined> {
  const batch: Unit[][] = []
  const tryBatch = async (): Promise<Unit[] | undefined> => {
    const tried = batch.splice(0)
    const outcomes = await Promise.all(tried.map(fails))
    return tried[outcomes.indexOf(true)]
  }
  for (const candidate of candidates) {
    batch.push(candidate)
    if (batch.length < WIDTH) continue
    const found = await tryBatch()
    if (found) return found
  }
  return tryBatch()
}
