/**
 * Opens several streams from a URL, and closes the one whose index it reads from standard input:
 * `streams.mjs url 8 '{"protocol":"http2"}' [undici]`
 */

import { createInterface } from 'node:readline'
import { EventSource } from '../../../dist/index.js'
import { followMany } from './follow.mjs'

const [, , url = '', count = '', json = '{}', undici] = process.argv

/** Options of fetch, or of an agent of undici. */
const options = JSON.parse(json)
const fetchOptions = undici === undefined ? options : { dispatcher: new (await import(undici)).Agent(options) }
const close = followMany(EventSource, url, Number(count), { fetchOptions }, (line) => {
  console.log(line)
})
createInterface({ input: process.stdin }).on('line', (line) => {
  close(Number(line))
})
