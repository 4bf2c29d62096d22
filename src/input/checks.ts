/** Input validation: throws a `TypeError` with the option's name and the invalid value, and never coerces. */

/** An option's label in messages. */
export function option(name: string): string {
  return `Option "${name}"`
}

/** The label of a function option's result in messages. */
export function resultOf(name: string): string {
  return `The result of "${name}"`
}

/**
 * Returns a valid value, or `undefined` if it is absent.
 *
 * @param place where the value comes from, such as `Option "x"`
 * @param wanted continues `must be …`
 * @param format shows an invalid value, without its text if that may be a secret
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

/** A check, and the text after `must be …`. */
export type Rule = readonly [isValid: (value: unknown) => boolean, wanted: string]

/**
 * Reads each member once and validates it. Members that are `undefined` are absent from the result.
 *
 * @param prefix for the names in messages
 * @throws a `TypeError` with the member's name and the invalid value
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

/** The caller's options, before they are validated. */
export function optionMembers(init: unknown): Record<string, unknown> {
  if (init !== undefined && init !== null && !isObject(init)) {
    throw new TypeError(`Options must be an object, got ${display(init)}`)
  }
  return members(init)
}

/** An object whose members are not validated yet. `undefined` and `null` are empty objects. */
export function members(value: unknown): Record<string, unknown> {
  return (value ?? {}) as Record<string, unknown>
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Whether it is not a function, an array or a promise that the caller forgot to await. */
export function isPlain(value: unknown): value is object {
  return isObject(value) && typeof value !== 'function' && !Array.isArray(value) && !isPromise(value)
}

/** Converts to a string. Unlike String(), throws a TypeError for symbols. */
export function toDOMString(value: unknown): string {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-template-expression -- converts other types
  return `${value as string}`
}

/** Whether it is a plain object of any realm, not a class instance. */
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

/** Checks for a number in a range, which excludes `NaN`. */
export function isInRange(min: number, max = Infinity): (value: unknown) => value is number {
  return (value): value is number => typeof value === 'number' && value >= min && value <= max
}

export const MS: Rule = [isInRange(0), 'a number of milliseconds >= 0']

/** Describes a value. Shows at most 100 characters of a string. */
export function display(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : displayKind(value)
}

/** Describes a value without the text of a string, which may be a secret. */
export function displayKind(value: unknown): string {
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'an array' : isPromise(value) ? 'a promise' : 'an object'
  }
  return typeof value === 'function' ? 'a function' : String(value)
}
