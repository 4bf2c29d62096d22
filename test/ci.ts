/** Where everything must run. */

/** Whether a runtime or browser that is missing is a failure. */
export function isCI(): boolean {
  return process.env.CI === 'true'
}
