/** The gateway's name in its requests to Nango and ROLLER. A test compares it with package.json. */
export const VERSION = '0.1.0'
export const USER_AGENT = `fastify-roller/${VERSION}`
