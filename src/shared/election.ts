/** A member that has the lock asks the others for their positions, because their last messages may arrive later than the lock. */

import type { Host } from './host.ts'
import { isLater, type Log } from './log.ts'
import type { Snapshot } from './protocol.ts'

/** How long to wait for answers, in ms. */
const ELECTION = 333
/** How long to wait for more after the first one, in ms. */
const MORE_ANSWERS = 50

export interface Election {
  /** Resolves when all have answered and no entry is missing, or after a while. */
  readonly over: Promise<void>
  /** The latest state of the others. */
  readonly best: Snapshot | undefined
  answer(snapshot: Snapshot | undefined): void
  /** Missing entries have arrived. */
  look(): void
  /** The old leader has left, and no entry is missing. */
  end(): void
  stop(): void
}

/** @param voters how many members wait for the lock */
export function startElection(host: Host, log: Log, voters: number): Election {
  let best: Snapshot | undefined
  let answers = 0
  const stops: (() => void)[] = []
  let resolve!: () => void
  const over = new Promise<void>((given) => {
    resolve = given
  })
  stops.push(host.startTimer(resolve, ELECTION))

  function look(): void {
    const isMissing = log.position && isLater(best?.at, log.position)
    if (answers >= voters && !isMissing) resolve()
  }

  return {
    over,
    get best() {
      return best
    },
    answer(snapshot) {
      if (isLater(snapshot?.at, best?.at)) best = snapshot
      if (++answers === 1) {
        const end = (): void => {
          answers = voters
          look()
        }
        stops.push(host.startTimer(end, MORE_ANSWERS))
      }
      look()
    },
    look,
    end: resolve,
    stop() {
      for (const stop of stops) stop()
    },
  }
}
