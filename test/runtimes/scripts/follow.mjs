// Follows a stream and reads another one with plain fetch as a control, to show whether the runtime times out idle bodies.
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
