// A one-line script with another implementation, to test whether the process stays alive while waiting to reconnect.
const { EventSource } = await import(process.argv[3])

new EventSource(process.argv[2])
