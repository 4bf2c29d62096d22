/** Nobody may take a default export for granted that is not there. */

import everysource from 'everysource'

console.log(everysource)
