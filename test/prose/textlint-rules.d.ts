/** Rules of textlint that have no declarations. */

declare module 'textlint-rule-en-max-word-count'
declare module 'textlint-rule-prh'
