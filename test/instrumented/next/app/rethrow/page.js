import { unstable_rethrow } from 'next/navigation'
import { createElement } from 'react'
import { streamEvents } from '../../../../../dist/index.js'

export default async function Page() {
  try {
    // No server runs during the build.
    for await (const { data } of streamEvents(process.env.UPSTREAM ?? 'http://127.0.0.1:9'))
      return createElement('p', null, data)
  } catch (error) {
    unstable_rethrow(error)
    throw error
  }
}
