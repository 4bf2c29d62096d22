/** Reads one stream twice. */

import { streamEvents } from 'everysource'

export async function showAndCount(body: ReadableStream<Uint8Array>, show: (text: string) => void): Promise<number> {
  const [one, other] = body.tee()

  async function showHeadline(): Promise<void> {
    for await (const { type, data } of streamEvents(one)) {
      show(data)
      if (type === 'headline') return
    }
  }

  async function countWords(): Promise<number> {
    let words = 0
    for await (const { type, data } of streamEvents(other)) {
      if (type === 'end') return words
      words += data.split(' ').length
    }
    return words
  }

  const [words] = await Promise.all([countWords(), showHeadline()])
  return words
}
