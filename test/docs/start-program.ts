/** Starts documentation programs that are servers. */

import { replaced } from './blocks.ts'
import type { Program } from './program.ts'
import type { Stage } from './stage.ts'

export interface Started {
  program: Program
  port: number
  origin: string
}

/**
 * Starts a program whose `server` listens on port 8000, on a free port or the given one instead.
 *
 * @param replacements such as long delays
 */
export async function startProgram(
  stage: Stage,
  { text, name }: { text: string; name: string },
  replacements: Record<string, string> = {},
  port = 0,
): Promise<Started> {
  const printsPort = `\nserver.on('listening', () => console.log('port ' + server.address().port + '.'))\n`
  const file = `${name.replace(/\W+/g, '-')}-server.js`
  const program = stage.runFile(file, replaced(text, { 'listen(8000': `listen(${port}`, ...replacements }) + printsPort)
  await program.prints('.\n')
  const own = Number(/port (\d+)\./.exec(program.output)?.[1])
  return { program, port: own, origin: `http://localhost:${own}` }
}
