// A complete one-line script. Nothing else keeps the process alive.
import { EventSource } from '../../../dist/index.js'

new EventSource(process.argv[2]).onmessage = ({ data }) => console.log(data)
