/** A consumer with lib.esnext.disposable: a source can be held with `using`. */

import { EventSource } from 'everysource'

export function hold(): string {
  using source = new EventSource('http://a.test/')
  source.onopen = ({ response }) => response?.status
  return source.url
}

const disposable: Disposable = new EventSource('http://a.test/')
disposable[Symbol.dispose]()

// @ts-expect-error -- what closes a source has nothing to wait for
const asyncDisposable: AsyncDisposable = new EventSource('http://a.test/')

export { asyncDisposable }
