/** Loses a message: the smoke run checks that its row is void. */

import type { Follow } from './contender.ts'
import { follow as baseline } from './baseline.ts'

const LOST = 7

export const follow: Follow = (url, onMessage) => {
  let index = 0
  return baseline(url, (data) => {
    if (index++ !== LOST) onMessage(data)
  })
}
