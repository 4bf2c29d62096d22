/** The word that a misspelled one may stand for. */

/** The candidate that has the most letters of the word in the same order, if that is most of its letters. */
export function closest(word: string, candidates: string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, score: similarity(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => other.score - one.score)
  return best && best.score > 0.7 ? best.candidate : undefined
}

/** From 0 to 1: how much of both words is in both. */
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
