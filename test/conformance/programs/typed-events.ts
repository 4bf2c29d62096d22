/** Events whose types are known */

import { streamEvents } from 'everysource'

interface Price {
  symbol: string
  price: number
}

/** Text that is the JSON of a `T`. Nobody sets `json`: it is there for the compiler to remember `T` by. */
type Json<T> = string & { readonly json?: T }

function parse<T>(text: Json<T>): T {
  return JSON.parse(text) as T
}

interface Events {
  price: Json<Price>
  closing: Json<Price[]>
  message: string
}

/**
 * With a map of names to data, a `switch` on `type` tells the compiler what `data` is. It is what the server promises, not
 * what is checked: a name that is not in the map can come all the same.
 */
export async function ticker(url: string, show: (text: string) => void): Promise<number> {
  for await (const event of streamEvents<Events>(url)) {
    switch (event.type) {
      case 'price': {
        const { symbol, price } = parse(event.data)
        show(`${symbol} ${price.toFixed(2)}`)
        break
      }
      case 'closing':
        return parse(event.data).length
      case 'message':
        show(event.data)
    }
  }
  return 0
}
