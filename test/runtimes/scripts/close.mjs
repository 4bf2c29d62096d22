// Closes its source at a given moment and does nothing else.
import { EventSource } from '../../../dist/index.js'

const [, , url, moment] = process.argv
const source = new EventSource(url)
if (moment === 'at once') source.close()
else if (moment === 'connecting') setTimeout(() => source.close(), 300)
else if (moment === 'waiting') source.onerror = () => setTimeout(() => source.close(), 100)
else source.addEventListener(moment, () => source.close())
