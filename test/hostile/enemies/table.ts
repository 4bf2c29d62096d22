/** All enemies. */

import { ANSWERED } from './answered.ts'
import type { Enemy } from './enemy.ts'
import { FIELDS } from './fields.ts'
import { FLOODS } from './floods.ts'
import { HEADS } from './heads.ts'

export const ENEMIES: readonly Enemy[] = [...FLOODS, ...FIELDS, ...HEADS, ...ANSWERED]
