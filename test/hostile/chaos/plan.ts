/** What is to happen to one response on its way: drawn at random, and the same again for the same seed. */

import { oneOf, type Random } from './random.ts'

/** How a response comes to its end before its time. */
export const CUTS = [
  'closed',
  'half-closed',
  'reset',
  'stalled',
  'ended',
  'chunk truncated',
  'chunk longer than it says',
  'Content-Length too short',
  'Content-Length too long',
  'closed without an answer',
  '502',
] as const

/** How it comes until then. */
export const MANNERS = ['at once', 'delayed', 'byte by byte'] as const

export type Cut = (typeof CUTS)[number]
export type Manner = (typeof MANNERS)[number]

export interface Plan {
  /** Undefined: the response passes as it is. */
  cut: Cut | undefined
  manner: Manner
  /** How the client can tell where the body ends. */
  framing: 'chunks' | 'length' | 'close'
  /** Where in the head it is cut, from 0 to 1; undefined: in the body. */
  inHead: number | undefined
  /** After how many bytes of the body. */
  bodyBytes: number
}

/** What passes as it is. */
export const CALM: Plan = {
  cut: undefined,
  manner: 'at once',
  framing: 'chunks',
  inHead: undefined,
  bodyBytes: Infinity,
}

/** How often the cut is in the head, where it can be. */
const IN_HEAD = 0.3

/** The mean of where it is in the body: that of some ten messages, so that clients get on. */
const BODY_BYTES = 1_200

/** Cuts that need a framing of the body, so that there is something to lie about. */
const FRAMINGS: Partial<Record<Cut, Plan['framing']>> = {
  ended: 'chunks',
  'chunk truncated': 'chunks',
  'chunk longer than it says': 'chunks',
  'Content-Length too short': 'length',
  'Content-Length too long': 'length',
}

export function drawPlan(random: Random): Plan {
  const cut = oneOf(random, CUTS)
  const needed = FRAMINGS[cut]
  return {
    cut,
    // Each byte by itself is work for everyone: less often.
    manner: random() < 0.1 ? 'byte by byte' : oneOf(random, ['at once', 'delayed']),
    framing: needed ?? oneOf(random, ['chunks', 'close']),
    inHead: needed === undefined && random() < IN_HEAD ? random() : undefined,
    bodyBytes: Math.floor(-Math.log(1 - random()) * BODY_BYTES),
  }
}
