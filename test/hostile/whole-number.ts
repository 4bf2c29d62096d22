/** Parses numbers from the command line and the environment. */

/** @throws unless `text` is an integer of at least `least` */
export function wholeNumber(name: string, text: string, least = 0): number {
  if (!/^[0-9]{1,15}$/.test(text) || Number(text) < least) {
    throw new Error(`${name} must be an integer of at least ${least}, got "${text}"`)
  }
  return Number(text)
}
