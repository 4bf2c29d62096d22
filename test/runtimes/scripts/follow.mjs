// Follows a stream, and has plain fetch read another: what happens to that shows what the runtime does to silent bodies.
import { EventSource } from '../../../dist/index.js'

export function follow() {
  const [, , url, control] = process.argv
  const source = new EventSource(url)
  for (const type of ['open', 'message', 'error']) {
    source.addEventListener(type, ({ data }) => console.log(data === undefined ? type : `${type}: ${data}`))
  }
  fetch(control)
    .then((response) => response.text())
    .catch(() => console.log('fetch gave up'))
}
