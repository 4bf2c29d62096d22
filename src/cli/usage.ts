/** The help text, and the error for invalid usage. */

export const HELP = `Usage: everysource [options] <url>

Follows an event stream (server-sent events) and prints each message. If the
connection drops, it reconnects as the HTML standard specifies. Press
Ctrl-C to stop.

Without a scheme, localhost:8000/stream and :8000/stream use http, and
example.org/stream uses https.

Request:
  -X, --method <method>      default GET, or POST with --data
  -H, --header <header>      such as 'Authorization: Bearer abc'; repeatable
  -d, --data <text>          request body; @file reads a file, @- stdin
      --last-event-id <id>   resume after this event

Output:
      --type <type>          print only messages of this type; repeatable
      --filter <text>        print only messages of this type, or whose data
                             contains this
      --data-only            print only the data of each message
      --json                 print one JSON object per line
      --raw                  print the bytes of the stream as they arrive
      --pretty               indent and color JSON
  -i, --include              print the status and headers of responses
  -v, --verbose              log connection states, redirects, comments,
                             delays and problems with the stream to stderr

Stop and reconnect:
      --max <number>         exit after this many messages
      --timeout <seconds>    fail if no message arrives for this long
      --reconnect            reconnect with methods other than GET too
      --no-reconnect         never reconnect
      --retry-status <list>  also retry these HTTP statuses, such as 502,503

Record and replay:
      --record <file>        record the stream with its timing, without secrets
      --replay <file>        serve a recording on this machine; takes no URL
      --port <port>          port of --replay; default: any free port

  -h, --help                 show this help
      --version              show the version

Examples:
  everysource localhost:8000/stream --json | jq .data
  everysource localhost:8000/stream --data-only | grep --line-buffered error
  everysource localhost:8000/stream --max 1 --timeout 10 && echo it works

Colors: NO_COLOR=1 turns them off, FORCE_COLOR=1 turns them on.
Exit codes: 0 finished, 1 failed, 2 invalid usage.

everysource inspect [url]    show a stream in the browser; see inspect --help
`

/** Invalid usage: the message says what is wrong and what to do instead. */
export class UsageError extends Error {}
