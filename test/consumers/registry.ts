/** A local registry with the packed tarball and the packages installed for these tests. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../package/check.ts'

export interface Registry {
  url: string
  close(): void
}

interface Manifest {
  name: string
  version: string
}

/** One version of a package. */
interface Release {
  manifest: Manifest
  tarball: () => Promise<Buffer>
}

const TOOLS = new URL('test/consumers/', ROOT).pathname

export async function startRegistry(tarball: string): Promise<Registry> {
  const releases = await installedReleases()
  const own = await readManifest(new URL('.', ROOT).pathname)
  releases.push({ manifest: own, tarball: () => readFile(tarball) })

  // Must not close a kept-alive connection just as npm sends a request over it.
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    const [, name = '', version] =
      /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.*)\.tgz)?$/.exec(decodeURIComponent(request.url ?? '')) ?? []
    void answer(name, version).then(
      (body) => {
        response.writeHead(body === undefined ? 404 : 200, {
          'Content-Type': version === undefined ? 'application/json' : 'application/octet-stream',
        })
        response.end(body)
      },
      (error: unknown) => {
        response.writeHead(500)
        response.end(String(error))
      },
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  async function answer(name: string, version: string | undefined): Promise<Buffer | string | undefined> {
    const found = releases.filter(({ manifest }) => manifest.name === name)
    if (found.length === 0) return undefined
    if (version !== undefined) return found.find(({ manifest }) => manifest.version === version)?.tarball()
    const versions: Record<string, unknown> = {}
    for (const { manifest, tarball: bytes } of found) {
      const integrity = `sha512-${createHash('sha512')
        .update(await bytes())
        .digest('base64')}`
      const dist = { tarball: `${url}${name}/-/${manifest.version}.tgz`, integrity }
      versions[manifest.version] = { ...manifest, dist }
    }
    return JSON.stringify({ name, 'dist-tags': { latest: latest(found) }, versions })
  }

  return {
    url,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function latest(releases: Release[]): string | undefined {
  const versions = releases.map(({ manifest }) => manifest.version)
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
}

/**
 * Packages in the tools' lock file that are installed here. Keeps one copy of each version: tarballs of several copies would
 * differ in their file times, and so in their checksums.
 */
async function installedReleases(): Promise<Release[]> {
  const lock = JSON.parse(await readFile(`${TOOLS}node_modules/.package-lock.json`, 'utf8')) as { packages: object }
  const installed = await Promise.all(Object.keys(lock.packages).map((path) => release(`${TOOLS}${path}`)))
  return [...new Map(installed.map((one) => [`${one.manifest.name}@${one.manifest.version}`, one])).values()]
}

async function release(folder: string): Promise<Release> {
  let packed: Promise<Buffer> | undefined
  return { manifest: await readManifest(folder), tarball: () => (packed ??= pack(folder)) }
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as Manifest
}

/** Packs an installed package like npm does: a folder in a gzipped tar. */
async function pack(folder: string): Promise<Buffer> {
  const args = ['-cz', '--exclude', `${basename(folder)}/node_modules`, '-C', dirname(folder), basename(folder)]
  const { stdout } = await promisify(execFile)('tar', args, { encoding: 'buffer', maxBuffer: 1e8 })
  return stdout
}
