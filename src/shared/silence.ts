/** A follower notices that the leader is frozen or stopped: it asks, and takes over if the leader doesn't answer. */

import type { Host } from './host.ts'

/** How long a visible follower hears nothing before it asks, in ms. */
const SILENCE = 4_000
/** How long it waits for the answer, in ms. It asks twice. */
const ANSWER = 2_000
/** The longest random wait before it takes over, in ms, so that followers don't do it at the same time. */
const JITTER = 500

export interface SilenceWatch {
  /** The leader was heard, or may still be busy. */
  hear(): void
  /** Call this when the context may have slept, or is shown. */
  look(): void
  stop(): void
}

/** @param takeOver called after a last `query`, which in Chromium may free the lock of a cached page */
export function watchSilence(
  host: Host,
  ask: () => void,
  query: () => Promise<unknown>,
  takeOver: () => void,
): SilenceWatch {
  /** In ms since 1970. */
  let heardAt = 0
  let asked = 0
  let stopTimer: (() => void) | undefined
  /** Changes whenever the watch looks or stops. */
  let turn = 0

  function hear(): void {
    heardAt = Date.now()
    asked = 0
  }

  function stop(): number {
    stopTimer?.()
    return ++turn
  }

  function look(): void {
    const current = stop()
    if (host.isHidden()) return
    // The clock was set back.
    if (Date.now() < heardAt) hear()
    const silence = Date.now() - heardAt
    if (silence < SILENCE) lookIn(SILENCE - silence)
    else if (asked < 2) {
      asked++
      ask()
      lookIn(ANSWER)
    } else {
      void query().then(() => {
        if (current === turn) stopTimer = host.startTimer(takeOverOrLook, Math.random() * JITTER)
      })
    }
  }

  function takeOverOrLook(): void {
    if (asked === 2) takeOver()
    else look()
  }

  function lookIn(ms: number): void {
    const due = Date.now() + ms
    stopTimer = host.startTimer(() => {
      // This context has slept, and answers may be waiting.
      if (Date.now() - due > ANSWER) asked = 0
      look()
    }, ms)
  }

  return { hear, look, stop }
}
