/** The startup message for people. */

export interface BannerOptions {
  readonly url: string
  /** Null outside the sandbox. */
  readonly demoConnectionId: string | null
  readonly keys: boolean
}

export function banner ({ url, demoConnectionId, keys }: BannerOptions): string {
  const key = keys ? "-H 'Authorization: Bearer <one of API_KEYS>' " : ''
  const connection = demoConnectionId ?? '<connection id>'
  return [
    '',
    demoConnectionId === null
      ? `fastify-roller is running at ${url}`
      : `fastify-roller is running at ${url} on its SANDBOX: a simulated Nango and a simulated ROLLER, nothing real.`,
    '',
    ...(demoConnectionId === null ? [] : [`  Start     ${url}/`]),
    `  Explore   ${url}/docs`,
    `  OpenAPI   ${url}/openapi.json`,
    `  Health    ${url}/health   ${url}/ready`,
    '',
    demoConnectionId === null ? '  A call:' : `  The venue "${demoConnectionId}" is connected. Paste this:`,
    `  curl ${key}-H 'Connection-Id: ${connection}' '${url}/roller/venues/me'`,
    ...(demoConnectionId === null ? [] : ['', '  For the real thing set NANGO_SECRET_KEY (and NANGO_HOST for a self-hosted Nango).']),
    ''
  ].join('\n')
}
