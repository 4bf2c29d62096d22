/** The API reference, made from the doc comments of all that is public: the pages of docs/reference/api. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { Application, Logger, LogLevel, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { path } from '../conformance/bundle.ts'

/** What users import. */
const DOORS = ['src/index.ts', 'src/fetch-event-source.ts', 'src/polyfill.ts', 'src/polyfill/force.ts']

export const REFERENCE = 'docs/reference/api'
const TEMPORARY = '.cache/api/reference'

/** Texts by their paths in docs/reference/api. */
export type Pages = Map<string, string>

const OPTIONS: Partial<TypeDocOptions & PluginOptions> = {
  entryPoints: DOORS.map(path),
  tsconfig: path('test/api/reference.tsconfig.json'),
  // `npm run types` has seen them.
  skipErrorChecking: true,
  plugin: ['typedoc-plugin-markdown'],
  name: 'API reference',
  readme: 'none',
  // Paths and commits are not the same on every machine and after every commit.
  disableSources: true,
  disableGit: true,
  excludeExternals: true,
  logLevel: LogLevel.Warn,
  router: 'member',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  entryFileName: 'README',
  indexFormat: 'table',
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: { hideDefaults: true, hideInherited: true, hideOverrides: true },
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  // What a getter's comment says holds for its setter.
  requiredToBeDocumented: [
    'Variable',
    'Function',
    'Class',
    'Interface',
    'Property',
    'Method',
    'CallSignature',
    'ConstructorSignature',
    'GetSignature',
    'TypeAlias',
  ],
  // Parts of a type that its own comment describes.
  intentionallyNotDocumented: [
    'everysource.FetchLikeResponse.headers.__type.get',
    'everysource.ReaderLike.read.__type.done',
    'everysource.ReaderLike.read.__type.value',
    'everysource.EventSourceEventMap.message.__type.message',
    'everysource.EventSourceEventMap.error.__type.error',
  ],
  intentionallyNotExported: ['Handler'],
}

/** Keeps what TypeDoc complains of. */
class Complaints extends Logger {
  readonly texts: string[] = []

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.texts.push(message)
  }
}

/** Makes the pages anew, and says what has no comment, and which links lead nowhere. */
export async function makeReference(): Promise<{ pages: Pages; complaints: string[] }> {
  rmSync(path(TEMPORARY), { recursive: true, force: true })
  const app = await Application.bootstrapWithPlugins({
    ...OPTIONS,
    outputs: [{ name: 'markdown', path: path(TEMPORARY) }],
  })
  const complaints = new Complaints()
  app.logger = complaints
  const project = await app.convert()
  if (project) {
    app.validate(project)
    await app.generateOutputs(project)
  }
  const made = Array.from(pagesIn(TEMPORARY), async ([name, text]): Promise<[string, string]> => [
    name,
    await prettier(text),
  ])
  return { pages: new Map(await Promise.all(made)), complaints: complaints.texts }
}

/** Those that are committed. */
export function committedReference(): Pages {
  return pagesIn(REFERENCE)
}

export function writeReference(pages: Pages): void {
  rmSync(path(REFERENCE), { recursive: true, force: true })
  for (const [name, text] of pages) {
    const file = path(join(REFERENCE, name))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

async function prettier(text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path('README.md'))), parser: 'markdown' })
}

function pagesIn(folder: string): Pages {
  if (!existsSync(path(folder))) return new Map()
  const names = readdirSync(path(folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  return new Map(
    names.sort().map((name) => [name.replaceAll('\\', '/'), readFileSync(path(join(folder, name)), 'utf8')]),
  )
}
