/** Must fail: there is no default export. */

import everysource from 'everysource'

console.log(everysource)
