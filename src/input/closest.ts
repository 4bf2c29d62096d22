/** Suggests the correct spelling of a name. */

/** The candidate that shares the most letters with the word, in order, if it shares enough of them. */
export function closest(word: string, candidates: string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, score: similarity(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => other.score - one.score)
  return best && best.score > 0.7 ? best.candidate : undefined
}

/** The shared fraction of both words, from 0 to 1. */
function similarity(word: string, candidate: string): number {
  let at = 0
  let common = 0
  for (const letter of word) {
    const found = candidate.indexOf(letter, at)
    if (found >= 0) {
      at = found + 1
      common++
    }
  }
  return (2 * common) / (word.length + candidate.length)
}
