/** Reads the request body from `--data`. */

import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { UsageError } from './usage.ts'

export interface Body {
  bytes: Uint8Array<ArrayBuffer>
  /** The `Content-Type` to send unless the user set one. */
  type: string
}

/**
 * Returns the text, or the file's content byte for byte.
 *
 * @throws a `UsageError` if the file can't be read
 */
export async function readData(given: string, input: NodeJS.ReadableStream): Promise<Body> {
  const bytes = given.startsWith('@') ? await readBytes(given.slice(1), input) : Buffer.from(given)
  // Same default as curl, unless the body is clearly JSON.
  const type = isJSON(bytes) ? 'application/json' : 'application/x-www-form-urlencoded'
  return { bytes: new Uint8Array(bytes), type }
}

async function readBytes(file: string, input: NodeJS.ReadableStream): Promise<Buffer> {
  if (file === '-') return buffer(input)
  if (file === '') throw new UsageError('--data @ needs a file name. Use @file, or @- for standard input')
  try {
    return await readFile(file)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new UsageError(
      `--data: can't read "${file}": ${REASONS[code] ?? code}. To send text that starts with @, pipe it to --data @-`,
    )
  }
}

/** By the codes of system errors. */
export const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
}

/** Accepts only objects and arrays: a bare number or word may be anything. */
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
