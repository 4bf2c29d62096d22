// Any runtime as it is.
import { follow } from './follow.mjs'

follow()
