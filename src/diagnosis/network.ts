/** Explains requests that got no response. */

import { quoted, type Context, type Finding } from './finding.ts'
import type { Observation } from './observation.ts'

export function inspectNetwork({ url, head, end }: Observation, { page }: Context): Finding[] {
  if (head || end?.how !== 'failed') return []
  const { code } = end
  const known =
    code === undefined ? undefined : (CODES[code] ?? (/CERT|SIGNED|TLS|SSL/.test(code) ? CERTIFICATE : undefined))
  if (known) return [{ code: `network-${code ?? ''}`, level: 'error', ...known(new URL(url), code ?? '') }]
  if (BLOCKED_PORTS.has(new URL(url).port)) return [blockedPort(new URL(url))]
  return page === undefined ? [unreachable(url)] : inspectPageFailure(url, new URL(page))
}

type Describe = (url: URL, code: string) => Omit<Finding, 'code' | 'level'>

const CERTIFICATE: Describe = (url, code) => ({
  seen: `The certificate of ${url.host} is not trusted (${code}).`,
  why: 'Its issuer is not trusted, it has expired, or it is for another host name.',
  fix: 'Renew the certificate, or install its full chain on the server. If its authority is private, make Node trust that.',
  example: 'NODE_EXTRA_CA_CERTS=ca.pem',
})

const NO_HOST: Describe = ({ hostname }, code) => ({
  seen: `Host ${quoted(hostname)} not found (${code}).`,
  why: 'The name is misspelled, or this network cannot resolve it.',
  fix: 'Check the name. Container names resolve only within their network.',
})

const CUT: Describe = (_url, code) => ({
  seen: `The connection was closed before a response arrived (${code}).`,
  why: 'The server crashed on the request, or it expects https instead of http, or a firewall closed the connection.',
  fix: 'Check the server log and the scheme of the URL.',
})

const NO_TLS: Describe = ({ host }) => ({
  seen: `${host} does not speak TLS.`,
  why: 'The URL says https, but the server expects http on this port.',
  fix: `Try http://${host}.`,
})

const NO_ANSWER: Describe = ({ host }, code) => ({
  seen: `${host} does not respond (${code}).`,
  why: 'A firewall drops the packets, or the machine is off.',
  fix: 'Check the address, firewalls and the VPN.',
})

const CODES: Record<string, Describe> = {
  ENOTFOUND: NO_HOST,
  EAI_AGAIN: NO_HOST,
  ECONNRESET: CUT,
  UND_ERR_SOCKET: CUT,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ETIMEDOUT: NO_ANSWER,
  UND_ERR_CONNECT_TIMEOUT: NO_ANSWER,
  ECONNREFUSED: ({ host }) => ({
    seen: `Nothing is listening on ${host} (ECONNREFUSED).`,
    why: 'The server is not running, or uses another port, or listens only on 127.0.0.1 or ::1 of another machine or container.',
    fix: 'Start the server, and compare the port with its output. In a container, listen on 0.0.0.0.',
  }),
  UND_ERR_INVALID_ARG: (_url, code) => ({
    seen: `The request is invalid (${code}).`,
    why: 'It has a header that only the runtime may set, such as Transfer-Encoding or Upgrade.',
    fix: 'Remove that header.',
  }),
  HPE_INVALID_CONSTANT: ({ host }) => ({
    seen: `The response from ${host} is not HTTP.`,
    why: 'Another service is listening there, or the server expects https.',
    fix: 'Check the port and the scheme of the URL.',
  }),
}

/** (Fetch standard, "bad port") */
const BLOCKED_PORTS = new Set(
  `0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135
  137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719
  1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080`.split(/\s+/),
)

function blockedPort({ port }: URL): Finding {
  return {
    code: 'blocked-port',
    level: 'error',
    seen: `fetch blocks port ${port}, so no request was sent.`,
    why: `Browsers and Node block ports of other services, such as mail and IRC ("bad port" in the Fetch standard).`,
    fix: 'Use another port for the server, such as 8000.',
  }
}

function unreachable(url: string): Finding {
  return {
    code: 'network',
    level: 'error',
    seen: `No response from ${new URL(url).host}.`,
    why: 'The server is not running, the address is wrong, or the connection was closed on the way.',
    fix: 'Is the server running? Does the URL open in a browser, or with curl -N?',
  }
}

/** Explains failures in a page. Browsers don't tell scripts the reason, so this infers the likely one. */
function inspectPageFailure(url: string, page: URL): Finding[] {
  const target = new URL(url)
  const findings: Finding[] = []
  if (page.protocol === 'https:' && target.protocol === 'http:' && !isLoopback(target.hostname)) {
    findings.push({
      code: 'mixed-content',
      level: 'error',
      seen: 'The page uses https, but the stream uses http.',
      why: 'Browsers block insecure requests from secure pages (mixed content).',
      fix: 'Serve the stream over https too.',
      example: `https://${target.host}${target.pathname}`,
    })
  } else if (page.origin !== target.origin) {
    findings.push({
      code: 'cors',
      level: 'error',
      seen: `The browser got no response that this page may read. The stream's origin (${target.origin}) is not the page's (${page.origin}).`,
      why: 'The server is unreachable, or it does not allow this origin (CORS). With custom headers, a JSON body, or a method other than GET or POST, the browser first sends an OPTIONS request, which the server must answer too.',
      fix: 'Make the server allow the origin and the request headers. The browser console names the missing header.',
      example: `Access-Control-Allow-Origin: ${page.origin}\nAccess-Control-Allow-Headers: Authorization, Content-Type, Last-Event-ID`,
    })
  }
  return findings.length > 0 ? findings : [unreachable(url)]
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname.startsWith('127.') || hostname === '[::1]'
  )
}
