// A server that counts up from the last event ID. It prints its port, and the test may suspend it.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  let n = Number(request.headers['last-event-id'] ?? 0)
  const timer = setInterval(() => response.write(`id: ${++n}\ndata: ${n}\n\n`), 50)
  response.on('close', () => clearInterval(timer))
})
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}.`))
