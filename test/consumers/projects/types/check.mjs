/**
 * Compiles programs with one TypeScript in one process: `node check.mjs <folder of typescript> <tsconfig>...`. Prints a line of
 * JSON for each, with the errors in its files and in the declarations of the package. Platform declarations are not checked, and
 * read only once.
 */

import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const [folder, ...projects] = process.argv.slice(2)
const ts = createRequire(import.meta.url)(folder)
const platform = new Map()

for (const project of projects) {
  const read = ts.readConfigFile(project, ts.sys.readFile)
  const parsed = ts.parseJsonConfigFileContent(read.config, ts.sys, dirname(project), {}, project)
  const host = ts.createCompilerHost(parsed.options)
  const getSourceFile = host.getSourceFile
  host.getSourceFile = (path, options, ...rest) => {
    if (!isOfPlatform(path)) return getSourceFile(path, options, ...rest)
    const key = JSON.stringify([path, options])
    if (!platform.has(key)) platform.set(key, getSourceFile(path, options, ...rest))
    return platform.get(key)
  }
  const program = ts.createProgram({ rootNames: parsed.fileNames, options: parsed.options, host })
  const checked = program.getSourceFiles().filter(({ fileName }) => !isOfPlatform(fileName))
  const diagnostics = [
    ...parsed.errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...checked.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ]
  const hasPackage = checked.some(({ fileName }) => /everysource\/dist\/index\.d\.c?ts$/.test(fileName))
  console.log(
    JSON.stringify({
      project,
      files: parsed.fileNames.length,
      hasPackage,
      errors: ts.formatDiagnostics(diagnostics, {
        getCanonicalFileName: (path) => path,
        getCurrentDirectory: () => dirname(project),
        getNewLine: () => '\n',
      }),
    }),
  )
}

/** TypeScript's libs, @types/node and its dependency. */
function isOfPlatform(path) {
  return path.startsWith(folder) || /\/node_modules\/(@types\/node|types-node\d+|undici-types)\//.test(path)
}
