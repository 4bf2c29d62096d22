/** Limits for the size that each export adds to an app, minified and gzipped, including the parser: `npm run size`. */

const alone = (name, limit, build = 'dist/browser') => ({
  name: `${name} alone${build === 'dist' ? ', default build' : ''}`,
  path: `${build}/index.js`,
  import: `{ ${name} }`,
  gzip: true,
  limit,
})

export default [
  alone('EventSource', '16.9 kB'),
  alone('streamEvents', '16.9 kB'),
  alone('EventDecoderStream', '3.2 kB'),
  { name: 'fetchEventSource', path: 'dist/browser/fetch-event-source.js', import: '*', gzip: true, limit: '4.8 kB' },
  { name: 'SharedEventSource', path: 'dist/browser/shared.js', import: '*', gzip: true, limit: '21.7 kB' },
  { name: 'everything', path: 'dist/browser/index.js', import: '*', gzip: true, limit: '19.0 kB' },
  {
    name: 'script build as served',
    path: 'dist/everysource.min.js',
    modifyEsbuildConfig: (config) => ({ ...config, loader: { '.js': 'copy' } }),
    gzip: true,
    limit: '19.0 kB',
  },
  alone('EventSource', '21.6 kB', 'dist'),
]
