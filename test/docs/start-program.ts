/** Servers among the programs of the documentation. */

import { replaced } from './blocks.ts'
import type { Program } from './program.ts'
import type { Stage } from './stage.ts'

export interface Started {
  program: Program
  port: number
  origin: string
}

/**
 * Starts one on a port of the system's choice, or on that which it had before. Its `server` listens at 8000 as it stands.
 *
 * @param replacements times that are too long for a test
 */
export async function startProgram(
  stage: Stage,
  { text, name }: { text: string; name: string },
  replacements: Record<string, string> = {},
  port = 0,
): Promise<Started> {
  const tellsPort = `\nserver.on('listening', () => console.log('port ' + server.address().port + '.'))\n`
  const file = `${name.replace(/\W+/g, '-')}-server.js`
  const program = stage.runFile(file, replaced(text, { 'listen(8000': `listen(${port}`, ...replacements }) + tellsPort)
  await program.prints('.\n')
  const own = Number(/port (\d+)\./.exec(program.output)?.[1])
  return { program, port: own, origin: `http://localhost:${own}` }
}
