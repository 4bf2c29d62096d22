/** Passes texts between pages and the benchmark: the text of each POST to a path answers a GET for the same path. */

/** Takers and texts that wait, by path; only one of the two kinds at a time. */
const takers = new Map<string, ((text: string) => void)[]>()
const texts = new Map<string, string[]>()

export function put(path: string, text: string): void {
  const taker = takers.get(path)?.shift()
  if (taker) taker(text)
  else texts.set(path, [...(texts.get(path) ?? []), text])
}

/** Calls `taker` with the next text. */
export function take(path: string, taker: (text: string) => void): void {
  const text = texts.get(path)?.shift()
  if (text !== undefined) taker(text)
  else takers.set(path, [...(takers.get(path) ?? []), taker])
}
