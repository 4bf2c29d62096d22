/** Creates certificates for a test run: a certificate authority, and a server certificate signed by it. (RFC 5280, in DER) */

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Certificates {
  /** PEM of the authority. */
  ca: string
  /** PEM of the server, and its key. */
  cert: string
  key: string
}

const SEQUENCE = 0x30
const SET = 0x31
const OCTETS = 0x04
const BITS = 0x03
const TRUE = Buffer.from('0101ff', 'hex')
const VERSION_3 = Buffer.from('a003020102', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex')
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex')
const ECDSA_WITH_SHA256 = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex'))
const LOOPBACK = Buffer.from([127, 0, 0, 1])
const DAY = 24 * 3_600_000

/** The name of each authority. A server with this name is self-signed to OpenSSL. */
export const AUTHORITY = 'Test authority'

interface Party {
  name: string
  publicKey: KeyObject
  privateKey: KeyObject
}

/** @param host name of the server, valid in addition to 127.0.0.1 */
export function createCertificates(host: string): Certificates {
  const authority = party(AUTHORITY)
  const server = party(host)
  const names = der(SEQUENCE, der(0x82, Buffer.from(host)), der(0x87, LOOPBACK))
  return {
    ca: certificate(authority, authority, extension(BASIC_CONSTRAINTS, TRUE, der(OCTETS, der(SEQUENCE, TRUE)))),
    cert: certificate(server, authority, extension(SUBJECT_ALT_NAME, der(OCTETS, names))),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function party(name: string): Party {
  return { name, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
}

function certificate(subject: Party, issuer: Party, extension: Buffer): string {
  const serial = randomBytes(8)
  // Keeps the integer positive and without a redundant leading byte.
  serial[0] = 0x40
  const now = Date.now()
  const content = der(
    SEQUENCE,
    VERSION_3,
    der(0x02, serial),
    ECDSA_WITH_SHA256,
    distinguishedName(issuer),
    der(SEQUENCE, time(now - DAY), time(now + DAY)),
    distinguishedName(subject),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, extension)),
  )
  const signature = sign('sha256', content, issuer.privateKey)
  const bytes = der(SEQUENCE, content, ECDSA_WITH_SHA256, der(BITS, Buffer.from([0]), signature))
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function distinguishedName({ name }: Party): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(name)))))
}

function extension(...parts: Buffer[]): Buffer {
  return der(SEQUENCE, ...parts)
}

function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`))
}

/** Encodes a value: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
