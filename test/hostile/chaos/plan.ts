/** A random plan for damaging one response, reproducible by seed. */

import { oneOf, type Random } from './random.ts'

/** How a response is cut. */
export const CUTS = [
  'closed',
  'half-closed',
  'reset',
  'stalled',
  'ended',
  'chunk truncated',
  'chunk longer than its size',
  'Content-Length too short',
  'Content-Length too long',
  'closed without a response',
  '502',
] as const

/** How data is sent before the cut. */
export const MANNERS = ['at once', 'delayed', 'byte by byte'] as const

export type Cut = (typeof CUTS)[number]
export type Manner = (typeof MANNERS)[number]

export interface Plan {
  /** Undefined if the response is passed on unchanged. */
  cut: Cut | undefined
  manner: Manner
  /** How the end of the body is indicated. */
  framing: 'chunks' | 'length' | 'close'
  /** Position of the cut in the head, from 0 to 1; undefined if it is in the body. */
  inHead: number | undefined
  /** Body bytes before the cut. */
  bodyBytes: number
}

/** Passes a response on unchanged. */
export const CALM: Plan = {
  cut: undefined,
  manner: 'at once',
  framing: 'chunks',
  inHead: undefined,
  bodyBytes: Infinity,
}

/** Probability of a cut in the head, if possible. */
const IN_HEAD = 0.3

/** Mean position of a cut in the body: about ten messages, so that clients make progress. */
const BODY_BYTES = 1_200

/** Cuts that falsify a certain framing of the body. */
const FRAMINGS: Partial<Record<Cut, Plan['framing']>> = {
  ended: 'chunks',
  'chunk truncated': 'chunks',
  'chunk longer than its size': 'chunks',
  'Content-Length too short': 'length',
  'Content-Length too long': 'length',
}

export function drawPlan(random: Random): Plan {
  const cut = oneOf(random, CUTS)
  const needed = FRAMINGS[cut]
  return {
    cut,
    // Rarely, because it takes much CPU time.
    manner: random() < 0.1 ? 'byte by byte' : oneOf(random, ['at once', 'delayed']),
    framing: needed ?? oneOf(random, ['chunks', 'close']),
    inHead: needed === undefined && random() < IN_HEAD ? random() : undefined,
    bodyBytes: Math.floor(-Math.log(1 - random()) * BODY_BYTES),
  }
}
