/** The environment that ENVIRONMENT names; with INLINE, the package goes through Vite instead of Node. */

const { ENVIRONMENT, INLINE } = process.env

export default {
  test: {
    environment: ENVIRONMENT,
    server: { deps: { inline: INLINE ? ['everysource'] : [] } },
  },
}
