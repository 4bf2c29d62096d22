/** A Node program that receives a message from the given URL and exits. */

const { EventSource } = require('everysource')

const source = new EventSource(process.argv[2])
source.addEventListener('greeting', ({ data }) => {
  console.log(data)
  source.close()
})
source.onerror = ({ message }) => console.log(message)
