/** Promises with a time limit. */

/** Rejects with the message `missing` if the promise does not settle in time. */
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
