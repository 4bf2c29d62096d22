/** Finds the documentation of the page. */

import { readFileSync } from 'node:fs'
import { folder } from './assets.ts'

interface Manifest {
  version?: string
  repository?: { url: string }
}

/** The guide of this version in the repository, if package.json says where that is. */
export function docsURL(manifest = readManifest()): string | undefined {
  const [, repository] = /^git\+(https:\/\/.+?)(?:\.git)?$/.exec(manifest.repository?.url ?? '') ?? []
  return repository && `${repository}/blob/v${manifest.version ?? ''}/docs/guides/inspector.md`
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(new URL('../../package.json', folder()), 'utf8')) as Manifest
}
