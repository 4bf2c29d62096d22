/** Finds the documentation of the page. */

import { readFileSync } from 'node:fs'
import { folder } from './assets.ts'

interface Manifest {
  version?: string
  repository?: { url: string }
}

/** The guide of this version in the repository, or else the page of the package. */
export function docsURL(manifest = readManifest()): string {
  const [, repository] = /^git\+(https:\/\/.+?)(?:\.git)?$/.exec(manifest.repository?.url ?? '') ?? []
  return repository === undefined
    ? 'https://www.npmjs.com/package/everysource'
    : `${repository}/blob/v${manifest.version ?? ''}/docs/guides/inspector.md`
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(new URL('../../package.json', folder()), 'utf8')) as Manifest
}
