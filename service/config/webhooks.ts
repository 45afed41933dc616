/** The webhook settings of the environment. */
import { isIP } from 'node:net'
import { isPublicUrl, PUBLIC_URL_RULE } from 'fastify-roller/internal'
import type { Environment } from './environment.ts'
import { listOfSome } from './values.ts'

export type WebhookVariables = Pick<Environment, 'PUBLIC_URL' | 'ROLLER_WEBHOOK_SECRET' | 'WEBHOOK_TARGET_URL' | 'WEBHOOK_TARGET_SECRET'>

export interface WebhookConfig {
  readonly publicUrl: string | null
  /** The current key first. */
  readonly rollerSecrets: readonly string[]
  readonly target: { readonly url: string, readonly secrets: readonly string[] } | null
}

const MIN_SECRET_LENGTH = 16

export function parseWebhooks (variables: WebhookVariables, faults: string[]): WebhookConfig {
  const { PUBLIC_URL: publicUrl = null, WEBHOOK_TARGET_URL: url, WEBHOOK_TARGET_SECRET: secret } = variables
  if (publicUrl !== null && !isPublicUrl(publicUrl)) {
    faults.push(`PUBLIC_URL must be ${PUBLIC_URL_RULE}. Example: PUBLIC_URL=https://gateway.example.com`)
  }
  const rollerSecrets = listOfSome(
    'ROLLER_WEBHOOK_SECRET', variables.ROLLER_WEBHOOK_SECRET, 'new-secret-of-64-characters,the-one-before', faults
  )
  if (rollerSecrets.some((secret) => secret.length < MIN_SECRET_LENGTH)) {
    faults.push(
      `ROLLER_WEBHOOK_SECRET must have at least ${MIN_SECRET_LENGTH} characters. Create one with: openssl rand -hex 32. Example: ` +
      'ROLLER_WEBHOOK_SECRET=new-secret-of-64-characters,the-one-before'
    )
  }
  const secrets = listOfSome('WEBHOOK_TARGET_SECRET', secret, 'whsec_…', faults)
  if (url !== undefined && !isTargetUrl(url)) {
    faults.push(
      'WEBHOOK_TARGET_URL must be an https address, or http to this machine or a private network, without credentials. Example: ' +
      'WEBHOOK_TARGET_URL=http://app:8080/webhooks/roller'
    )
  }
  if (url !== undefined && secret === undefined) {
    faults.push(`WEBHOOK_TARGET_SECRET is missing: it signs the events. ${SECRET_EXAMPLE}`)
  } else if (secrets.some((secret) => !isSigningSecret(secret))) {
    faults.push(`WEBHOOK_TARGET_SECRET must be whsec_ and 24 to 64 bytes in base64. ${SECRET_EXAMPLE}`)
  } else if (url === undefined && secrets.length > 0) {
    faults.push('WEBHOOK_TARGET_SECRET is set, and WEBHOOK_TARGET_URL is not. Example: WEBHOOK_TARGET_URL=http://app:8080/webhooks/roller')
  }
  return { publicUrl, rollerSecrets, target: url === undefined ? null : { url, secrets } }
}

const SECRET_EXAMPLE =
  'Create one with: echo "whsec_$(openssl rand -base64 32)". Example: WEBHOOK_TARGET_SECRET_FILE=/run/secrets/webhook-target-secret'

/** In the format of Standard Webhooks. */
function isSigningSecret (text: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
  if (base64 === undefined || base64.length % 4 !== 0) return false
  const { length } = Buffer.from(base64, 'base64')
  return length >= 24 && length <= 64
}

function isTargetUrl (text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (username !== '' || password !== '' || hash !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isPrivateHost(hostname))
}

function isPrivateHost (hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) === 4) return /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\./.test(address)
  if (isIP(address) === 6) return address === '::1' || /^f[cd]/.test(address)
  // A name without a domain, and domains that are never on the internet (RFC 6761, RFC 6762, RFC 8375, Kubernetes, ICANN's .internal).
  return !hostname.includes('.') || /\.(localhost|local|internal|home\.arpa|svc)$/.test(hostname)
}
