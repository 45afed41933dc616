/** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, with the names and formats of curl and most other programs. */
import { isProxyUrl, PROXY_RULE, type ProxyOptions } from 'fastify-roller/internal'
import type { Environment } from './environment.ts'

type ProxyVariables = Pick<Environment, 'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY'>

export function parseProxy ({ HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: noProxy }: ProxyVariables, faults: string[]): ProxyOptions {
  const read = (name: string, value: string | undefined): string | undefined => {
    const url = value === undefined || value.includes('://') ? value : `http://${value}`
    if (url !== undefined && !isProxyUrl(url)) faults.push(`${name} must be ${PROXY_RULE}. Example: ${name}=http://proxy.example.com:3128`)
    return url
  }
  return { http: read('HTTP_PROXY', http), https: read('HTTPS_PROXY', https), noProxy }
}
