/** What the command says of itself, and of being used wrong. */

export const HELP = `Usage: everysource [options] <url>

Follows an event stream (server-sent events) and prints its messages. When the
connection is lost it comes back, as the standard says. Ctrl-C ends it.

Without a scheme, localhost:8000/stream and :8000/stream are http, and
example.org/stream is https.

The request:
  -X, --method <method>      default GET, or POST with --data
  -H, --header <header>      such as 'Authorization: Bearer abc'; repeatable
  -d, --data <text>          the body; @file reads a file, @- standard input
      --last-event-id <id>   begins after that event

What is printed:
      --type <type>          only messages of this type; repeatable
      --data-only            only the data of each message
      --json                 one JSON object a line
  -v, --verbose              states, comments, waits and what is wrong with the
                             stream, on standard error

When it ends:
      --max <number>         after that many messages
      --timeout <seconds>    fails when no message comes for that long
      --reconnect            comes back with other methods than GET too
      --no-reconnect         never comes back
      --retry-status <list>  comes back after these too, such as 502,503

  -h, --help                 shows this
      --version              shows the version

Colours: NO_COLOR=1 switches them off, FORCE_COLOR=1 on.
Exit codes: 0 ended, 1 failed, 2 wrong usage.

everysource inspect <url>    shows a stream in the browser; see inspect --help
`

/** What was wrong with how the command was called: what, and what to do instead. */
export class UsageError extends Error {}
