import 'everysource/polyfill'
