/** Draws the output of a command on a terminal as an SVG. */

/** Of the eight colors of a terminal, those that the command uses. */
const COLORS: Record<string, string> = { 31: '#ff8a80', 32: '#7ee2a8', 33: '#f2c46d', 36: '#7cc7ff' }
const TEXT = '#e4e8ed'
const DIM = '#8b96a5'
const LINE = 20
const CHARACTER = 8.43
const MARGIN = 18

interface Part {
  text: string
  color: string
}

/**
 * @param command the command line to show above the output
 * @param output the text and the control sequences for the terminal
 */
export function terminalSVG(command: string, output: string): string {
  const lines = [
    [
      { text: '$ ', color: DIM },
      { text: command, color: TEXT },
    ],
    ...linesOf(output),
  ]
  const columns = Math.max(...lines.map((parts) => textOf(parts).length))
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN)
  const height = lines.length * LINE + 2 * MARGIN
  const rows = lines.map((parts, row) => {
    const spans = parts.map(({ text, color }) => `<tspan fill="${color}">${escaped(text)}</tspan>`).join('')
    return `  <text x="${MARGIN}" y="${MARGIN + 14 + row * LINE}">${spans}</text>\n`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(command)}">
  <style>text { font: 14px ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace; white-space: pre }</style>
  <rect width="${width}" height="${height}" rx="10" fill="#13171d"/>
${rows.join('')}</svg>
`
}

/** The lines that stay on the screen, in their colors. Status lines are cleared. */
function linesOf(output: string): Part[][] {
  const lines: Part[][] = []
  let line: Part[] = []
  let color = TEXT
  // eslint-disable-next-line no-control-regex -- control sequences
  for (const [part] of output.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|[\r\n]|[^\u001b\r\n]+/g)) {
    if (part === '\n') {
      lines.push(line)
      line = []
    } else if (part === '\u001b[K') line = []
    else if (part.endsWith('m') && part.startsWith('\u001b')) {
      const code = part.slice(2, -1)
      color = COLORS[code] ?? (code === '2' ? DIM : TEXT)
    } else if (!part.startsWith('\u001b') && part !== '\r') line.push({ text: part.replace(/^\^C/, ''), color })
  }
  // The last line has the exit code.
  return lines.filter((parts) => !/^code \d+$/.test(textOf(parts)))
}

function textOf(parts: Part[]): string {
  return parts.map(({ text }) => text).join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
