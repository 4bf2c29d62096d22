import { connection } from 'next/server'
import { createElement } from 'react'
import { streamEvents } from '../../../../../dist/index.js'

export default async function Page() {
  await connection()
  for await (const { data } of streamEvents(process.env.UPSTREAM)) return createElement('p', null, data)
}
