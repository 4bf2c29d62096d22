/** Users' projects, one for each set of packages: in a folder of its own in it, a block finds them as npm would install them. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { path } from '../conformance/bundle.ts'

const projects = new Map<string, string>()
let folders = 0

/**
 * An empty folder in a project that has these packages, by name and place. The copy of the package is made once, for all tests of
 * this process.
 */
export function createFolder(installed: Record<string, string>): string {
  const key = JSON.stringify(installed)
  const project = projects.get(key) ?? createProject(installed)
  projects.set(key, project)
  const folder = join(project, String(++folders))
  mkdirSync(folder)
  return folder
}

/** Removes them all, at the end. */
export function removeProjects(): void {
  for (const project of projects.values()) rmSync(project, { recursive: true, force: true })
  projects.clear()
}

/** The package lies in it as npm installs it; what else is installed is linked. */
function createProject(installed: Record<string, string>): string {
  mkdirSync(path('.cache/docs'), { recursive: true })
  const project = mkdtempSync(path('.cache/docs/project-'))
  const modules = join(project, 'node_modules')
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  cpSync(path('dist'), join(modules, 'everysource/dist'), { recursive: true })
  cpSync(path('package.json'), join(modules, 'everysource/package.json'))
  for (const [name, place] of Object.entries(installed)) {
    const link = join(modules, name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(place, link, 'junction')
  }
  return project
}
