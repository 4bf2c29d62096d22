/** The build of the package, because its name does not resolve in a folder with a separate package.json. */

export * from '../../dist/index.js'
