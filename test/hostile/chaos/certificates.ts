/** Certificates that must not be trusted. */

import { setDefaultCACertificates, getCACertificates } from 'node:tls'
import { type Certificates, createCertificates } from '../../docs/certificates.ts'

const MONTH = 30 * 24 * 3_600_000

/** One that was valid a month ago: the clock is put back while it is made. */
export function expired(host: string): Certificates {
  const { now } = Date
  Date.now = () => now() - MONTH
  try {
    return createCertificates(host)
  } finally {
    Date.now = now
  }
}

/** Has everything in this process trust an authority, until the function that is returned is called. */
export function trust({ ca }: Certificates): () => void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, ca])
  return () => {
    setDefaultCACertificates(before)
  }
}
