/** Reads events whose data has types. */

import { streamEvents } from 'everysource'

interface Price {
  symbol: string
  price: number
}

/** The JSON text of a `T`. `json` is never set: it only lets the compiler remember `T`. */
type Json<T> = string & { readonly json?: T }

function parse<T>(text: Json<T>): T {
  return JSON.parse(text) as T
}

interface Events {
  price: Json<Price>
  closing: Json<Price[]>
  message: string
}

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
