/** What of a message a person would read: a piece of text, or a token within JSON. Knows no page. */

/** Where the APIs of language models and of the demo's chat have their tokens. */
const PATHS = [
  ['token'],
  ['choices', '0', 'delta', 'content'],
  ['choices', '0', 'text'],
  ['delta', 'text'],
  ['delta'],
  ['content'],
  ['response'],
  ['text'],
]

/** The piece that a message adds to the text; undefined where it adds none. */
export function pieceOf(data: string): string | undefined {
  if (!data.startsWith('{')) return data === '[DONE]' ? undefined : data
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch {
    return data
  }
  for (const path of PATHS) {
    const found = path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), json)
    if (typeof found === 'string') return found
  }
  return undefined
}

/** What the body of a request says, where it is a question to a chat. */
export function questionOf(body: string): string | undefined {
  const json = objectOf(body)
  if (!json) return undefined
  if (typeof json.prompt === 'string') return json.prompt
  const last: unknown = Array.isArray(json.messages) ? json.messages.at(-1) : undefined
  return isObject(last) && typeof last.content === 'string' ? last.content : undefined
}

/** The same body with another `prompt`. */
export function withPrompt(body: string, prompt: string): string {
  return JSON.stringify({ ...objectOf(body), prompt })
}

/** Whether the body has a `prompt`. */
export function hasPrompt(body: string): boolean {
  return typeof objectOf(body)?.prompt === 'string'
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
