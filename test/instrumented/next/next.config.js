/** The paths start at the repository, because the app imports the build and the trials. */

const root = new URL('../../..', import.meta.url).pathname

export default {
  // Ignored by git, and where packages are found.
  distDir: 'node_modules/.next',
  turbopack: { root },
  outputFileTracingRoot: root,
  experimental: { serverComponentsHmrCache: process.env.HMR_CACHE !== 'off' },
}
