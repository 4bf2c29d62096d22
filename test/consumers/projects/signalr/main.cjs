/** SignalR's client with server-sent events, and a hub that implements the necessary part of the protocol. */

const { createServer } = require('node:http')
const { HttpTransportType, HubConnectionBuilder, LogLevel } = require('@microsoft/signalr')

const END = '\u001e'
let stream
let headers

/** Sends a message of the protocol. */
function send(message) {
  stream.write(`data: ${JSON.stringify(message)}${END}\n\n`)
}

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  if (request.url.includes('/negotiate')) {
    const transport = { transport: 'ServerSentEvents', transferFormats: ['Text'] }
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ connectionId: 'a', negotiateVersion: 0, availableTransports: [transport] }))
  } else if (request.method === 'GET') {
    stream = response
    headers = request.headers
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
  } else {
    response.end()
    for (const text of body.split(END).slice(0, -1)) {
      const { protocol, type, invocationId, arguments: given } = JSON.parse(text)
      // The handshake, then calls of a method that adds numbers.
      if (protocol) send({})
      else if (type === 1) send({ type: 3, invocationId, result: given[0] + given[1] })
    }
  }
})

server.listen(0, '127.0.0.1', async () => {
  const connection = new HubConnectionBuilder()
    .withUrl(`http://127.0.0.1:${server.address().port}/hub`, {
      transport: HttpTransportType.ServerSentEvents,
      headers: { 'X-Of-Options': 'yes' },
    })
    .configureLogging(LogLevel.Error)
    .build()
  await connection.start()
  const pushed = new Promise((resolve) => connection.on('news', resolve))
  send({ type: 1, target: 'news', arguments: ['hello'] })
  const found = { news: await pushed, sum: await connection.invoke('add', 1, 2), header: headers['x-of-options'] }
  const left = new Promise((resolve) => stream.once('close', resolve))
  await connection.stop()
  await left
  server.close()
  console.log(JSON.stringify(found))
})
