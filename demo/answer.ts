/** The chat's answers. The same prompt has the same answer, so that the server can go on with one that it has forgotten. */

import { createHash } from 'node:crypto'

/** Characters. */
const LONGEST_QUOTE = 100

/** The tokens of an answer: pieces of words, with the space before them. */
export function answerTo(prompt: string): readonly string[] {
  const quote = Array.from(prompt.trim()).slice(0, LONGEST_QUOTE).join('')
  const text =
    `You said “${quote}”. I am no model, but I send one token at a time, each with an ID, ` +
    'so that no word is lost when the connection is.'
  return text.match(/\s*\S{1,5}/gu) ?? []
}

/** The ID of the answer's token with that number, which counts from 1. `[DONE]` is the one after the last. */
export function idOf(prompt: string, number: number): string {
  return `${nameOf(prompt)}.${number}`
}

/** The number of the token that has this ID; undefined if none of the answer's has it. */
export function numberOf(prompt: string, id: string): number | undefined {
  const [, name, digits] = /^([0-9a-f]{8})\.([1-9]\d{0,3})$/.exec(id) ?? []
  const number = Number(digits)
  return name === nameOf(prompt) && number <= answerTo(prompt).length + 1 ? number : undefined
}

/** Enough to tell one prompt from another. */
function nameOf(prompt: string): string {
  return createHash('sha256').update(prompt).digest('hex').slice(0, 8)
}
