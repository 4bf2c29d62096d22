/** The package as it is built: its own name means nothing in a folder that has a package.json of its own. */

export * from '../../dist/index.js'
