/** Messages like the tokens of a language model. Each has a number, so that a checksum verifies count and order. */

/** The first number; all have eight digits. */
const FIRST = 10_000_000

const BEFORE_NUMBER = 'data: {"n":'
const BEFORE_TEXT = ',"token":"'
const AFTER_TEXT = '"}\n\n'
const WORDS = ' the quick brown fox jumps over the lazy dog, and the dog, which has seen foxes before, sleeps on;'

/** The data of the message that ends every stream. */
export const END = 'end'
export const END_TEXT = `event: message\ndata: ${END}\n\n`

/** An encoded message of `size` bytes. */
function messageText(index: number, size: number): string {
  const length = size - (BEFORE_NUMBER + BEFORE_TEXT + AFTER_TEXT).length - 8
  if (length < 0) throw new Error(`a message does not fit into ${size} bytes`)
  const text = WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, length)
  return `${BEFORE_NUMBER}${FIRST + index}${BEFORE_TEXT}${text}${AFTER_TEXT}`
}

/** The data a listener must receive. */
function messageData(index: number, size: number): string {
  return messageText(index, size).slice('data: '.length, -2)
}

/** Many messages in one buffer. Only their numbers are rewritten each time, so that the server is not the bottleneck. */
export class Batch {
  readonly #template: Buffer
  readonly #size: number
  readonly #count: number

  constructor(count: number, size: number) {
    this.#template = Buffer.from(Array.from({ length: count }, (_, index) => messageText(index, size)).join(''))
    this.#size = size
    this.#count = count
  }

  /** The messages starting at an index. */
  from(index: number): Buffer {
    const bytes = Buffer.from(this.#template)
    for (let i = 0; i < this.#count; i++) {
      let number = FIRST + index + i
      const start = i * this.#size + BEFORE_NUMBER.length
      for (let at = start + 7; at >= start; at--) {
        bytes[at] = 48 + (number % 10)
        number = Math.floor(number / 10)
      }
    }
    return bytes
  }
}

/** One message in this many is checksummed in full, the others by number and length. */
const SAMPLE = 101
const NUMBER_AT = '{"n":'.length
const PRIME = 16_777_619

/** Counts and checksums messages in about 20 ns each, so that it does not distort the figures. */
export class Checksum {
  count = 0
  #hash = 0x811c9dc5

  add(data: string): void {
    let hash = this.#hash ^ data.length
    const isSample = this.count++ % SAMPLE === 0
    const end = isSample ? data.length : NUMBER_AT + 8
    for (let at = isSample ? 0 : NUMBER_AT; at < end; at++) hash = Math.imul(hash ^ data.charCodeAt(at), PRIME)
    this.#hash = hash
  }

  /** For example `200000 messages, 1f3a90bc`. */
  toString(): string {
    return `${this.count} messages, ${(this.#hash >>> 0).toString(16)}`
  }
}

/** A piece of a large event, whose lines are multiples or parts of it. */
export const PIECE = WORDS.repeat(200).slice(0, 16_384)

/** The data of an event with `lines` lines of `length` characters. */
export function largeData(lines: number, length: number): string {
  const line = length < PIECE.length ? PIECE.slice(0, length) : PIECE.repeat(length / PIECE.length)
  return Array.from({ length: lines }, () => line).join('\n')
}

const expected = new Map<string, string>()

/** The expected checksum of a stream. */
export function checksumOf(count: number, size: number): string {
  const key = `${count} ${size}`
  let sum = expected.get(key)
  if (sum === undefined) {
    const checksum = new Checksum()
    const after = messageData(0, size).slice(NUMBER_AT + 8)
    for (let index = 0; index < count; index++) checksum.add(`{"n":${FIRST + index}${after}`)
    sum = String(checksum)
    expected.set(key, sum)
  }
  return sum
}
