/** A defective tool that keeps a clone of each response. */

const clones: Response[] = []
const { fetch } = globalThis
globalThis.fetch = async (...args) => {
  const response = await fetch(...args)
  clones.push(response.clone())
  return response
}
