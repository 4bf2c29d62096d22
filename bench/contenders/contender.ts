/** What a contender is: something that follows a URL. */

/**
 * Calls `onMessage` with the data of every message, and returns what ends it. `maxBufferSize` is for those that have a limit
 * (ours), where a measure needs more than the usual one.
 */
export type Follow = (url: string, onMessage: (data: string) => void, maxBufferSize?: number) => () => void

/** Loads one of this folder. */
export async function load(contender: string): Promise<Follow> {
  const { follow } = (await import(`./${contender}.ts`)) as { follow: Follow }
  return follow
}
