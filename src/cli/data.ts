/** The body that `--data` gives. */

import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { UsageError } from './usage.ts'

export interface Body {
  bytes: Uint8Array<ArrayBuffer>
  /** What it is, where no header says it. */
  type: string
}

/**
 * The text, or what is in the file, byte for byte.
 *
 * @throws a `UsageError` when the file cannot be read
 */
export async function readData(given: string, input: NodeJS.ReadableStream): Promise<Body> {
  const bytes = given.startsWith('@') ? await contentOf(given.slice(1), input) : Buffer.from(given)
  // As curl says, unless it is clearly something else.
  const type = isJSON(bytes) ? 'application/json' : 'application/x-www-form-urlencoded'
  return { bytes: new Uint8Array(bytes), type }
}

async function contentOf(file: string, input: NodeJS.ReadableStream): Promise<Buffer> {
  if (file === '-') return buffer(input)
  if (file === '') throw new UsageError('--data @ names no file. Write --data @file, or @- for standard input')
  try {
    return await readFile(file)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const why = REASONS[code] ?? `cannot be read (${code})`
    throw new UsageError(`--data: the file "${file}" ${why}. (A text that begins with @ can be sent through @-)`)
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read',
  EISDIR: 'is a folder',
}

/** Objects and arrays: a number may be anything. */
function isJSON(bytes: Buffer): boolean {
  const text = bytes.toString()
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
