/** Generates the API reference in docs/reference/api from doc comments. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { Application, Logger, LogLevel, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { path } from '../conformance/bundle.ts'

/** Entry points of the package. */
const ENTRY_POINTS = [
  'src/index.ts',
  'src/fetch-event-source.ts',
  'src/shared.ts',
  'src/polyfill.ts',
  'src/polyfill/force.ts',
]

export const REFERENCE = 'docs/reference/api'
const TEMPORARY = '.cache/api/reference'

/** Texts by path in docs/reference/api. */
export type Pages = Map<string, string>

const OPTIONS: Partial<TypeDocOptions & PluginOptions> = {
  entryPoints: ENTRY_POINTS.map(path),
  tsconfig: path('test/api/reference.tsconfig.json'),
  // `npm run types` checks them.
  skipErrorChecking: true,
  plugin: ['typedoc-plugin-markdown'],
  name: 'API reference',
  readme: 'none',
  // Paths and commits would differ between machines and commits.
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
  // A setter shares the comment of its getter.
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
  // Parts of types that the comment of the whole type describes.
  intentionallyNotDocumented: [
    'everysource.FetchLikeResponse.headers.__type.get',
    'everysource.ReaderLike.read.__type.done',
    'everysource.ReaderLike.read.__type.value',
    'everysource.EventSourceEventMap.message.__type.message',
    'everysource.EventSourceEventMap.error.__type.error',
    'everysource/shared.SharedEventSourceEventMap.message.__type.message',
    'everysource/shared.SharedEventSourceEventMap.error.__type.error',
  ],
  intentionallyNotExported: ['Handler'],
}

/** Collects TypeDoc's warnings. */
class WarningCollector extends Logger {
  readonly texts: string[] = []

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.texts.push(message)
  }
}

/** Generates the pages, and returns missing comments and broken links as warnings. */
export async function generateReference(): Promise<{ pages: Pages; warnings: string[] }> {
  rmSync(path(TEMPORARY), { recursive: true, force: true })
  const app = await Application.bootstrapWithPlugins({
    ...OPTIONS,
    outputs: [{ name: 'markdown', path: path(TEMPORARY) }],
  })
  const warnings = new WarningCollector()
  app.logger = warnings
  const project = await app.convert()
  if (project) {
    app.validate(project)
    await app.generateOutputs(project)
  }
  const formatted = Array.from(pagesIn(TEMPORARY), async ([name, text]): Promise<[string, string]> => [
    name,
    await prettier(text),
  ])
  return { pages: new Map(await Promise.all(formatted)), warnings: warnings.texts }
}

/** The committed pages. */
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
