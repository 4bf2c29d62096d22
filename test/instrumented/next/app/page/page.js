import { createElement } from 'react'
import { outcomeOf } from '../../facts.js'

export default async function Page({ searchParams }) {
  const { name } = await searchParams
  return createElement('pre', null, await outcomeOf(name))
}
