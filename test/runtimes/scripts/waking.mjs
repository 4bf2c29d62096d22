// Follows a stream with an idle timeout. After the first message, the wall clock jumps.
import { EventSource } from '../../../dist/index.js'

const [url, idleTimeout, jump] = process.argv.slice(2)
const realNow = Date.now
const source = new EventSource(url, { idleTimeout: Number(idleTimeout), reconnectionTime: 100 })
source.onmessage = ({ data }) => {
  console.log(`number ${data}.`)
  Date.now = () => realNow() + Number(jump)
}
source.onerror = ({ error }) => console.log(`${error.reason}: ${error.message}`)
