/** Waits that end in any case, and say what was missing. */

/** What it resolves to, or an error that says what has not come. */
export async function rejectAfter<T>(ms: number, promise: Promise<T>, missing: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${missing}, after ${ms} ms`))
    }, ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
