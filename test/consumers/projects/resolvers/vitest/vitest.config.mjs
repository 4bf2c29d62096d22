/** Uses the environment from ENVIRONMENT. With INLINE, Vite rather than Node loads the package. */

const { ENVIRONMENT, INLINE } = process.env

export default {
  test: {
    environment: ENVIRONMENT,
    server: { deps: { inline: INLINE ? ['everysource'] : [] } },
  },
}
