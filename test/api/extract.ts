/** What is public, as API Extractor sees it in the declarations that are published. */

import { mkdirSync, readFileSync } from 'node:fs'
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor'
import { path } from '../conformance/bundle.ts'

/** The entry points that export something, by the names of their reports. */
export const ENTRY_POINTS = { everysource: 'dist/index.d.ts', 'fetch-event-source': 'dist/fetch-event-source.d.ts' }

const TEMPORARY = path('.cache/api')

interface Extracted {
  report: string
  /** What API Extractor could not make sense of. */
  complaints: string[]
}

/** The report of an entry point. */
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
      // What a public type is made of changes with it.
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
        // All that is exported is public; no tag has to say so.
        'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
        'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
      },
      // The comments are for editors, and for whoever reads the declarations: they use no tags of TSDoc but these few.
      tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
    },
  }
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: path('package.json'),
  })
  const complaints: string[] = []
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Warning || message.logLevel === ExtractorLogLevel.Error) {
        // The report is compared elsewhere.
        if (!message.messageId.startsWith('console-api-report-'))
          complaints.push(`${message.messageId}: ${message.text}`)
      }
      message.handled = true
    },
  })
  return { report: readFileSync(`${TEMPORARY}/${name}.api.md`, 'utf8'), complaints }
}
