/** Extracts the readable text of messages, such as tokens in JSON. Independent of the DOM. */

/** Paths of the token in the messages of language model APIs and of the demo's chat. */
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

/** The text that a message adds, if any. */
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

/** The prompt in the body of a chat request. */
export function questionOf(body: string): string | undefined {
  const json = objectOf(body)
  if (!json) return undefined
  if (typeof json.prompt === 'string') return json.prompt
  const last: unknown = Array.isArray(json.messages) ? json.messages.at(-1) : undefined
  return isObject(last) && typeof last.content === 'string' ? last.content : undefined
}

/** Replaces the `prompt` in the body. */
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
