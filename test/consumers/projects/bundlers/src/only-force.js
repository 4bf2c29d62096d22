import 'everysource/polyfill/force'
