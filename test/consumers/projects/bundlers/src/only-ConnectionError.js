import { ConnectionError } from 'everysource'

console.log(ConnectionError)
