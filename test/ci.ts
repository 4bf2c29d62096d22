/** Whether this is CI, where a missing runtime or browser is a failure. */
export function isCI(): boolean {
  return process.env.CI === 'true'
}
