/** A line diff of two texts. */

/** Number of unchanged lines around each change. */
const CONTEXT = 2

/** Marks removed lines with `-` and added lines with `+`. */
export function difference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const longest = longestCommon(old, now)
  const lines: { mark: ' ' | '-' | '+'; text: string }[] = []
  for (let i = 0, j = 0; i < old.length || j < now.length;) {
    const [was, is] = [old[i], now[j]]
    if (was !== undefined && was === is) {
      lines.push({ mark: ' ', text: was })
      i++
      j++
    } else if (was !== undefined && (is === undefined || at(longest, i + 1, j) >= at(longest, i, j + 1))) {
      lines.push({ mark: '-', text: was })
      i++
    } else {
      lines.push({ mark: '+', text: is ?? '' })
      j++
    }
  }
  const isNear = (n: number): boolean =>
    lines.slice(Math.max(0, n - CONTEXT), n + CONTEXT + 1).some(({ mark }) => mark !== ' ')
  return lines.map(({ mark, text }, n) => (isNear(n) ? `${mark} ${text}\n` : isNear(n - 1) ? '  …\n' : '')).join('')
}

/** Table of the longest common subsequence of lines from each pair of positions on. */
function longestCommon(old: string[], now: string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () => Array<number>(now.length + 1).fill(0))
  for (let i = old.length - 1; i >= 0; i--) {
    const row = table[i]
    if (!row) continue
    for (let j = now.length - 1; j >= 0; j--) {
      row[j] = old[i] === now[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1))
    }
  }
  return table
}

function at(table: number[][], i: number, j: number): number {
  return table[i]?.[j] ?? 0
}
