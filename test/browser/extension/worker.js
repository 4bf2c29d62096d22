/** The extension's service worker in Chromium. Firefox loads the same scripts into a background page. */

importScripts('run.js', 'everysource.min.js', 'suite.js', 'report.js')
