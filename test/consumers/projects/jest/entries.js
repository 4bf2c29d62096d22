/** The entry points of the package. */

module.exports = [
  'everysource',
  'everysource/fetch-event-source',
  'everysource/shared',
  'everysource/polyfill',
  'everysource/polyfill/force',
]
