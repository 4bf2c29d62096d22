/** Extracts the public API from the published declarations with API Extractor. */

import { mkdirSync, readFileSync } from 'node:fs'
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor'
import { path } from '../conformance/bundle.ts'

/** Entry points with exports, by the names of their reports. */
export const ENTRY_POINTS = {
  everysource: 'dist/index.d.ts',
  'fetch-event-source': 'dist/fetch-event-source.d.ts',
  shared: 'dist/shared.d.ts',
}

const TEMPORARY = path('.cache/api')

interface Extracted {
  report: string
  /** Warnings and errors of API Extractor. */
  warnings: string[]
}

/** Creates the report of an entry point. */
export function extract(name: string, entryPoint: string): Extracted {
  mkdirSync(`${TEMPORARY}/reports`, { recursive: true })
  const configObject: IConfigFile = {
    projectFolder: path('.'),
    mainEntryPointFilePath: path(entryPoint),
    newlineKind: 'lf',
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'ES2022',
          module: 'nodenext',
          lib: ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
          types: [],
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
        },
        files: [path(entryPoint)],
      },
    },
    apiReport: {
      enabled: true,
      // A public type also changes with the types that it uses.
      includeForgottenExports: true,
      reportFileName: name,
      reportFolder: `${TEMPORARY}/reports`,
      reportTempFolder: TEMPORARY,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      extractorMessageReporting: {
        default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: false },
        // All exports are public without release tags.
        'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
        'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
      },
      // The comments are for editors and readers of the declarations, and use few TSDoc tags.
      tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
    },
  }
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: path('package.json'),
  })
  const warnings: string[] = []
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Warning || message.logLevel === ExtractorLogLevel.Error) {
        // The caller compares the reports.
        if (!message.messageId.startsWith('console-api-report-')) warnings.push(`${message.messageId}: ${message.text}`)
      }
      message.handled = true
    },
  })
  return { report: readFileSync(`${TEMPORARY}/${name}.api.md`, 'utf8'), warnings }
}
