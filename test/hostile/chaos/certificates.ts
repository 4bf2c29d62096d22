/** Invalid certificates. */

import { setDefaultCACertificates, getCACertificates } from 'node:tls'
import { type Certificates, createCertificates } from '../../docs/certificates.ts'

const MONTH = 30 * 24 * 3_600_000

/** A certificate that expired about a month ago. Sets the clock back while creating it. */
export function expired(host: string): Certificates {
  const { now } = Date
  Date.now = () => now() - MONTH
  try {
    return createCertificates(host)
  } finally {
    Date.now = now
  }
}

/** Makes this process trust an authority, until the returned function is called. */
export function trust({ ca }: Certificates): () => void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, ca])
  return () => {
    setDefaultCACertificates(before)
  }
}
