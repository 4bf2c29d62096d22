/** What each part may weigh in a user's bundle, minified and gzipped, the parser included: `npm run size`. */

const alone = (name, limit) => ({
  name: `${name} alone`,
  path: 'dist/index.js',
  import: `{ ${name} }`,
  gzip: true,
  limit,
})

export default [
  alone('EventSource', '17.8 kB'),
  alone('streamEvents', '16.6 kB'),
  alone('EventDecoderStream', '5.2 kB'),
  { name: 'fetchEventSource', path: 'dist/fetch-event-source.js', import: '*', gzip: true, limit: '8 kB' },
  { name: 'everything', path: 'dist/index.js', import: '*', gzip: true, limit: '19.7 kB' },
  { name: 'the script', path: 'dist/everysource.min.js', brotli: false, gzip: true, limit: '19.9 kB' },
]
