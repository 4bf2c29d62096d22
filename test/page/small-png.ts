/** Reduces a screenshot to a palette, which makes its file a third of the size. */

import { crc32, deflateSync } from 'node:zlib'
import type { Page } from './driver.ts'

const COLORS = 160

/** The browser decodes the picture, keeps its most frequent colors, and replaces each other one by the nearest. */
const REDUCE = `async (png) => {
  const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob())
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context.drawImage(bitmap, 0, 0)
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)
  const counts = new Map()
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
  const palette = [...counts].sort(([, one], [, other]) => other - one).slice(0, ${COLORS}).map(([pixel]) => pixel)
  const distance = (one, other) => [0, 8, 16].reduce((sum, shift) => sum + ((one >> shift & 255) - (other >> shift & 255)) ** 2, 0)
  const nearest = new Map([...counts.keys()].map((pixel) => [pixel, palette.reduce((best, color, index) => {
    const apart = distance(pixel, color)
    return apart < best.apart ? { apart, index } : best
  }, { apart: Infinity, index: 0 }).index]))
  return { width, height, palette, indexes: Array.from(pixels, (pixel) => nearest.get(pixel)) }
}`

/** @param page any page that may fetch a data: URL */
export async function smallPNG(page: Page, png: Buffer): Promise<Buffer> {
  await page.goto('about:blank')
  const { width, height, palette, indexes } = (await page.evaluate(`(${REDUCE})('${png.toString('base64')}')`)) as {
    width: number
    height: number
    palette: number[]
    indexes: number[]
  }
  const rows = Array.from({ length: height }, (_, y) => [0, ...indexes.slice(y * width, (y + 1) * width)])
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  // Eight bits per pixel, with a palette.
  head.set([8, 3, 0, 0, 0], 8)
  const colors = palette.flatMap((color) => [color & 255, (color >> 8) & 255, (color >> 16) & 255])
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(colors)),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.byteLength)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
