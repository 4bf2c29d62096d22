import { outcomeOf } from '../../facts.js'

export async function GET(request) {
  return new Response(await outcomeOf(new URL(request.url).searchParams.get('name')))
}
