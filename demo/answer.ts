/** The chat's answers. They depend only on the prompt, so the server can resume an answer without storing it. */

import { createHash } from 'node:crypto'

/** In characters. */
const MAX_QUOTE = 100

/** Splits the answer into tokens: pieces of words, with leading spaces. */
export function answerTo(prompt: string): readonly string[] {
  const quote = Array.from(prompt.trim()).slice(0, MAX_QUOTE).join('')
  const text =
    `You said “${quote}”. I am not a model, but I send one token at a time, each with an ID, ` +
    'so nothing is lost when the connection drops.'
  return text.match(/\s*\S{1,5}/gu) ?? []
}

/** The ID of a token, counted from 1. `[DONE]` comes after the last token. */
export function idOf(prompt: string, number: number): string {
  return `${hashOf(prompt)}.${number}`
}

/** The number of the token with this ID; undefined if the answer has no such token. */
export function numberOf(prompt: string, id: string): number | undefined {
  const [, hash, digits] = /^([0-9a-f]{8})\.([1-9]\d{0,3})$/.exec(id) ?? []
  const number = Number(digits)
  return hash === hashOf(prompt) && number <= answerTo(prompt).length + 1 ? number : undefined
}

/** A short hash of the prompt. */
function hashOf(prompt: string): string {
  return createHash('sha256').update(prompt).digest('hex').slice(0, 8)
}
