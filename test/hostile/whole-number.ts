/** Numbers that are given on a command line or in the environment. */

/** @throws where it is no whole number of at least `least` */
export function wholeNumber(name: string, text: string, least = 0): number {
  if (!/^[0-9]{1,15}$/.test(text) || Number(text) < least) {
    throw new Error(`${name} takes a whole number from ${least} on, not "${text}"`)
  }
  return Number(text)
}
