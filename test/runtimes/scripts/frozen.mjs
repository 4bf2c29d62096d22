// Freezes prototypes like a hardened host before loading the package, then receives messages from two sources.
import process from 'node:process'

const { stringify } = JSON
for (const Frozen of [
  EventTarget,
  Event,
  MessageEvent,
  AbortSignal,
  AbortController,
  Request,
  Response,
  Headers,
  URL,
]) {
  Object.freeze(Frozen.prototype)
  Object.freeze(Frozen)
}
// Error.prototype must stay writable, because Node sets the name of its errors.
for (const Frozen of [Object, Function, Array, Map, WeakMap, Promise]) Object.freeze(Frozen.prototype)
const { EventSource } = await import('../../../dist/index.js')

for (let count = 0; count < 2; count++) {
  const source = new EventSource(process.argv[2])
  const data = []
  await new Promise((resolve) => {
    source.addEventListener('message', () => {
      source.addEventListener('message', ({ data: late }) => {
        data.push(late)
        resolve()
      })
    })
    source.addEventListener('message', () => undefined)
  })
  source.close()
  console.log(stringify(data))
}
