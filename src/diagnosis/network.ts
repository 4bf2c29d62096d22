/** Why there was no response. */

import { quoted, type Circumstances, type Finding } from './finding.ts'
import type { Observation } from './observation.ts'

/** Where there was no response. */
export function inspectNetwork({ url, head, end }: Observation, { page }: Circumstances): Finding[] {
  if (head || end?.how !== 'failed') return []
  const { code } = end
  const known =
    code === undefined ? undefined : (CODES[code] ?? (/CERT|SIGNED|TLS|SSL/.test(code) ? CERTIFICATE : undefined))
  if (known) return [{ code: `network-${code ?? ''}`, level: 'error', ...known(new URL(url), code ?? '') }]
  if (BLOCKED_PORTS.has(new URL(url).port)) return [blockedPort(new URL(url))]
  return page === undefined ? [unreachable(url)] : inPage(url, new URL(page))
}

type Teller = (url: URL, code: string) => Omit<Finding, 'code' | 'level'>

const CERTIFICATE: Teller = (url, code) => ({
  seen: `The certificate of ${url.host} is not accepted (${code}).`,
  why: 'It is signed by nobody that this client trusts, has expired, or is for another name.',
  fix: 'Renew or complete the certificate on the server. For one of your own making, tell Node where its authority is.',
  example: 'NODE_EXTRA_CA_CERTS=ca.pem',
})

const NO_HOST: Teller = ({ hostname }, code) => ({
  seen: `There is no host named ${quoted(hostname)} (${code}).`,
  why: 'The name is misspelt, or the network does not know it.',
  fix: 'Look at the name. Names of containers are known only in their network.',
})

const CUT: Teller = (_url, code) => ({
  seen: `The connection was cut before there was a response (${code}).`,
  why: 'The server crashed over the request, or it wants https where http was tried, or a firewall cut the connection.',
  fix: 'Look into the log of the server, and at the scheme of the URL.',
})

const NO_TLS: Teller = ({ host }) => ({
  seen: `${host} does not speak TLS.`,
  why: 'The URL says https, but the server speaks http there.',
  fix: `Try http://${host}.`,
})

const NO_ANSWER: Teller = ({ host }, code) => ({
  seen: `${host} does not answer (${code}).`,
  why: 'A firewall drops the packets, or the machine is off.',
  fix: 'Look at the address, at firewalls and at the VPN.',
})

const CODES: Record<string, Teller> = {
  ENOTFOUND: NO_HOST,
  EAI_AGAIN: NO_HOST,
  ECONNRESET: CUT,
  UND_ERR_SOCKET: CUT,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ETIMEDOUT: NO_ANSWER,
  UND_ERR_CONNECT_TIMEOUT: NO_ANSWER,
  ECONNREFUSED: ({ host }) => ({
    seen: `Nobody listens at ${host} (ECONNREFUSED).`,
    why: 'The server is not running, or on another port; or it listens only on 127.0.0.1 or only on ::1 of another machine or container.',
    fix: 'Start it, and compare the port with what it prints. In a container, let it listen on 0.0.0.0.',
  }),
  UND_ERR_INVALID_ARG: (_url, code) => ({
    seen: `The request cannot be sent as it is (${code}).`,
    why: 'One of its headers is for the runtime alone to set, such as Transfer-Encoding or Upgrade.',
    fix: 'Leave that header out.',
  }),
  HPE_INVALID_CONSTANT: ({ host }) => ({
    seen: `What ${host} answers is no HTTP.`,
    why: 'Another service listens there, or the server wants https.',
    fix: 'Look at the port and at the scheme of the URL.',
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
    why: `Browsers and Node refuse ports that other services use, such as mail and IRC ("bad port" in the Fetch standard).`,
    fix: 'Let the server listen on another port, such as 8000.',
  }
}

function unreachable(url: string): Finding {
  return {
    code: 'network',
    level: 'error',
    seen: `There was no response from ${new URL(url).host}.`,
    why: 'The server is not running, the address is wrong, or something on the way cut the connection.',
    fix: 'Is the server running? Does the URL open in a browser, or with curl -N?',
  }
}

/** A page is not told why: these are the reasons that only pages have. */
function inPage(url: string, page: URL): Finding[] {
  const target = new URL(url)
  const findings: Finding[] = []
  if (page.protocol === 'https:' && target.protocol === 'http:' && !isLoopback(target.hostname)) {
    findings.push({
      code: 'mixed-content',
      level: 'error',
      seen: 'The page came over https, and the stream would come over http.',
      why: 'Browsers do not let a secure page read what is not secure.',
      fix: 'Serve the stream over https too.',
      example: `https://${target.host}${target.pathname}`,
    })
  } else if (page.origin !== target.origin) {
    findings.push({
      code: 'cors',
      level: 'error',
      seen: `The browser got no response that this page may read. The stream is on another origin (${target.origin}) than the page (${page.origin}).`,
      why: 'Either the server is not reached, or it does not allow pages of this origin to read it (CORS). With headers of your own, a method other than GET or POST, or a body of JSON the browser first asks with an OPTIONS request, which the server must answer too.',
      fix: 'Have the server allow the origin, and the headers that are sent. The console of the browser says which of it is missing.',
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
