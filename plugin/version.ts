/** How the gateway names itself to Nango and ROLLER. A test holds it against package.json. */
export const VERSION = '0.1.0'
export const USER_AGENT = `fastify-roller/${VERSION}`
