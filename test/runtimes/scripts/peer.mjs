// One line with another implementation: does the process live through the wait?
const { EventSource } = await import(process.argv[3])

new EventSource(process.argv[2])
