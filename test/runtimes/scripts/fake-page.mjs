// Simulates a page like jsdom in Jest, which has no setImmediate and where users often provide Node's MessageChannel.
import process from 'node:process'

const [, , url, build] = process.argv
globalThis.document = { baseURI: 'http://localhost/', characterSet: 'UTF-8' }
delete globalThis.setImmediate
const { EventSource } = await import(`../../../${build}/index.js`)

const source = new EventSource(url)
source.onmessage = ({ data }) => {
  console.log(data)
  source.close()
}
