/** Detects CI. */

/** In CI, a missing runtime or browser is a failure. */
export function isCI(): boolean {
  return process.env.CI === 'true'
}
