/**
 * Users' projects, one per set of packages. Each block runs in its own folder and finds the packages as if npm had installed
 * them.
 */

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { path } from '../conformance/bundle.ts'

const projects = new Map<string, string>()
let folders = 0

/** Creates an empty folder in a project with these packages, given by name and path. The package is copied once per project. */
export function createFolder(installed: Record<string, string>): string {
  const key = JSON.stringify(installed)
  const project = projects.get(key) ?? createProject(installed)
  projects.set(key, project)
  const folder = join(project, String(++folders))
  mkdirSync(folder)
  return folder
}

/** Removes all projects at the end. */
export function removeProjects(): void {
  for (const project of projects.values()) rmSync(project, { recursive: true, force: true })
  projects.clear()
}

/** Copies the package as npm installs it, and links other packages. */
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
