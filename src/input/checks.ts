/** Checks of what the caller gives: a `TypeError` names the option and what was given, and nothing is coerced. */

/** An option, as messages call it. */
export function option(name: string): string {
  return `Option "${name}"`
}

/** The result of a function of the caller's, as messages call it. */
export function resultOf(name: string): string {
  return `The result of "${name}"`
}

/**
 * A value if it is what it must be, or undefined where it is absent.
 *
 * @param place where it comes from, such as `Option "x"`
 * @param wanted what it must be, as in `must be ${wanted}`
 * @param format what was given, where its text must not appear in a message
 */
export function checked<T>(
  place: string,
  value: unknown,
  isValid: (value: unknown) => value is T,
  wanted: string,
  format: (value: unknown) => string = display,
): T | undefined {
  if (value === undefined || isValid(value)) return value
  throw new TypeError(`${place} must be ${wanted}, got ${format(value)}`)
}

/** What a member must be: the check, and its words for `must be …`. */
export type Rule = readonly [isValid: (value: unknown) => boolean, wanted: string]

/**
 * Reads and checks these members, each once; those that are `undefined` are absent from the result.
 *
 * @param prefix of the names in messages
 * @throws a `TypeError` that names the member and what was given
 */
export function readMembers(
  given: unknown,
  rules: Readonly<Record<string, Rule>>,
  prefix = '',
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, [isValid, wanted]] of Object.entries(rules)) {
    const value = checked(option(prefix + name), members(given)[name], isValid as typeof isFunction, wanted)
    if (value !== undefined) values[name] = value
  }
  return values
}

/** The members of the caller's options, to be checked one by one. */
export function optionMembers(init: unknown): Record<string, unknown> {
  if (init !== undefined && init !== null && !isObject(init)) {
    throw new TypeError(`Options must be an object, got ${display(init)}`)
  }
  return members(init)
}

/** An object with members to be checked one by one; none at all is an empty one. */
export function members(value: unknown): Record<string, unknown> {
  return (value ?? {}) as Record<string, unknown>
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** As opposed to one that is called, a list, or a promise that nobody has awaited. */
export function isPlain(value: unknown): value is object {
  return isObject(value) && typeof value !== 'function' && !Array.isArray(value) && !isPromise(value)
}

/** Converts to a string; unlike with String(), symbols are a TypeError. */
export function toDOMString(value: unknown): string {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-template-expression -- it converts what is no string
  return `${value as string}`
}

/** As opposed to an instance of a class, in any realm. */
export function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

export function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function'
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function'
}

/** A check for numbers in a range, and so not for `NaN`. */
export function isInRange(min: number, max = Infinity): (value: unknown) => value is number {
  return (value): value is number => typeof value === 'number' && value >= min && value <= max
}

/** For times. */
export const MS: Rule = [isInRange(0), 'a number of milliseconds >= 0']

/** What a value is; of a text its beginning. */
export function display(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : displayKind(value)
}

/** The same without the text of a string, which may be a secret. */
export function displayKind(value: unknown): string {
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'an array' : isPromise(value) ? 'a promise' : 'an object'
  }
  return typeof value === 'function' ? 'a function' : String(value)
}
