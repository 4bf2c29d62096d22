import { EventDecoderStream } from 'everysource'

console.log(EventDecoderStream)
