/** Hosts from which files of bulk exports may be fetched. Their URLs come from outside, and this process may reach internal hosts. */
import { isLoopback } from '../operations/base-url.ts'

/**
 * ROLLER's domains and Amazon S3: ROLLER's documents mention presigned URLs without a host. Not all of amazonaws.com, where some names
 * belong to private networks.
 */
export const BULK_EXPORT_HOSTS: readonly string[] = [
  '*.roller.app', '*.rollerdigital.com', '*.roller.software', '*.s3.amazonaws.com', 's3.amazonaws.com', '*.s3.{region}.amazonaws.com',
  's3.{region}.amazonaws.com'
]

export const BULK_EXPORT_HOST_RULE = 'host names in lower case such as files.example.com, or *.example.com for all below it; no addresses'
export const BULK_EXPORT_HOST_PATTERN = '^(?:\\*\\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$'
/** An AWS region in a host name. */
const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d'

export interface FileHosts {
  readonly hosts: readonly string[]
  /** For a ROLLER on loopback, whose files are on loopback too. */
  readonly allowLoopback: boolean
}

/** @returns why a file is not fetched, or null */
export function addressFault (text: string, { hosts, allowLoopback }: FileHosts): string | null {
  if (!URL.canParse(text)) return 'is not at an https address'
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return 'is not at an https address'
  if (allowLoopback && protocol === 'http:' && isLoopback(hostname)) return null
  if (protocol !== 'https:') return 'is not at an https address'
  // Each ends with a label that begins with a letter, so none matches an address.
  return hosts.some((host) => matches(host, hostname)) ? null : 'is at a host that is none of ROLLER\'s file hosts'
}

const patterns = new Map<string, RegExp>()

/** Bounded by the operator's list. */
function matches (host: string, hostname: string): boolean {
  let pattern = patterns.get(host)
  if (pattern === undefined) {
    const source = host.replaceAll('.', '\\.').replace('*', '[a-z0-9.-]+').replace('{region}', `(?:dualstack\\.)?${REGION}`)
    patterns.set(host, pattern = new RegExp(`^${source}$`))
  }
  return pattern.test(hostname)
}
