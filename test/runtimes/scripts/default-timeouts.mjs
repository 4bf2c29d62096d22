// Follows a stream with the runtime's default timeouts.
import { follow } from './follow.mjs'

follow()
