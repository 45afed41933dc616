/** The startup message for people. */

export interface BannerOptions {
  readonly url: string
  /** Null outside the sandbox. */
  readonly demoConnectionId: string | null
  readonly keys: boolean
  /** True where agents are served. */
  readonly mcp: boolean
}

export function banner ({ url, demoConnectionId, keys, mcp }: BannerOptions): string {
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
    ...(mcp ? agentLines(url, keys) : []),
    ...(demoConnectionId === null ? [] : ['', '  For the real thing set NANGO_SECRET_KEY (and NANGO_HOST for a self-hosted Nango).']),
    ''
  ].join('\n')
}

/** How a client is set up, as its users paste it. */
function agentLines (url: string, keys: boolean): string[] {
  const header = keys ? ' --header \'Authorization: Bearer <one of API_KEYS>\'' : ''
  return [
    '',
    `  Agents    ${url}/mcp`,
    `  claude mcp add --transport http roller ${url}/mcp${header}`,
    `  {"mcpServers": {"roller": {"type": "http", "url": "${url}/mcp"${keys ? ', "headers": {"Authorization": "Bearer <key>"}' : ''}}}}`
  ]
}
