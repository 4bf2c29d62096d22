/** GitHub's workflow parser, which works offline. */

import { build } from 'esbuild'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ROOT } from './check.ts'

type Parser = typeof import('@actions/workflow-parser')

/** Returns the errors in a workflow: its YAML, keys, values, expressions, and job dependencies. */
export type LintWorkflow = (content: string) => Promise<string[]>

export async function createWorkflowLinter(): Promise<LintWorkflow> {
  const outfile = fileURLToPath(new URL('.cache/package/workflow-parser.cjs', ROOT))
  // Bundled, because it imports JSON without the attribute required by Node.
  await build({
    stdin: { contents: "export * from '@actions/workflow-parser'", resolveDir: fileURLToPath(ROOT) },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    outfile,
  })
  const parser = (await import(pathToFileURL(outfile).href)) as Parser
  return async (content) => {
    const { context, value } = parser.parseWorkflow(
      { name: 'workflow.yml', content },
      new parser.NoOperationTraceWriter(),
    )
    // Adds its errors to the context.
    if (value) await parser.convertWorkflowTemplate(context, value)
    return context.errors.getErrors().map(({ message }) => message)
  }
}
