/** A program for versions 1 and 2 of `eventsource`, whose module is the class. */

const { createServer } = require('node:http')
const EventSource = require('eventsource')

class Subclass extends EventSource {
  get twice() {
    return `${this.url}, ${this.url}`
  }
}

const server = createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.write(`data: ${request.headers.authorization}\n\n`)
})

server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  const found = []
  for (const Class of [EventSource, Subclass]) {
    const source = new Class(url, { withCredentials: true, headers: { Authorization: 'Bearer of-init' } })
    found.push(source instanceof EventSource, source instanceof Class)
    found.push(await new Promise((resolve) => (source.onmessage = ({ data }) => resolve(data))))
    source.close()
    found.push(source.readyState === EventSource.CLOSED)
    if (Class === Subclass) found.push(source.twice === `${url}, ${url}`)
  }
  server.close()
  console.log(found.join())
})
