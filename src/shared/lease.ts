/** A leader that was frozen or stopped may have been replaced. It has to find that out before it does anything else. */

/** How long a leader may be idle and still be sure, in ms. Less than a follower waits before it takes over. */
const LEASE = 4_000

export interface Lease {
  /** Runs a step now, or once it is certain that this member still leads, or never. */
  run(step: () => void): void
  end(): void
}

/** @param lose called if another member leads */
export function createLease(isHeld: () => Promise<boolean>, lose: () => void): Lease {
  /** In ms since 1970. */
  let ranAt = Date.now()
  const waiting: (() => void)[] = []
  let isEnded = false

  async function prove(): Promise<void> {
    const isProven = await isHeld()
    if (isEnded) return
    if (!isProven) {
      lose()
      return
    }
    ranAt = Date.now()
    for (const step of waiting.splice(0)) run(step)
  }

  function run(step: () => void): void {
    if (isEnded) return
    if (waiting.length === 0 && Math.abs(Date.now() - ranAt) < LEASE) {
      ranAt = Date.now()
      step()
    } else if (waiting.push(step) === 1) void prove()
  }

  return {
    run,
    end() {
      isEnded = true
    },
  }
}
