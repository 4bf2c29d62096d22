/** A contender: a function that follows a URL. */

/**
 * Calls `onMessage` with the data of every message, and returns a function that stops it. `maxBufferSize` raises the limit of
 * contenders that have one (ours).
 */
export type Follow = (url: string, onMessage: (data: string) => void, maxBufferSize?: number) => () => void

/** Loads a contender from this folder. */
export async function load(contender: string): Promise<Follow> {
  const { follow } = (await import(`./${contender}.ts`)) as { follow: Follow }
  return follow
}
