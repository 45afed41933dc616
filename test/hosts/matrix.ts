/**
 * The hosts that are tried, each with @fastify/swagger too. Every version, module system, kind of server, plugin and order is there, in
 * pairs rather than all together.
 */

export interface HostRow {
  readonly fastify: '5.0.0' | '5.6.2' | 'newest'
  readonly modules: 'ES modules' | 'CommonJS'
  readonly server: 'HTTP/1.1' | 'HTTPS' | 'HTTP/2' | 'inject'
  readonly plugins: readonly HostPlugin[]
  /** Whether those plugins are registered before or after this one. */
  readonly order: 'before' | 'after'
}

export type HostPlugin = 'compress' | 'etag' | 'formbody' | 'helmet' | 'middie' | 'multipart'

export const hostRows: readonly HostRow[] = [
  { fastify: '5.0.0', modules: 'ES modules', server: 'HTTP/1.1', plugins: ['helmet'], order: 'before' },
  { fastify: '5.0.0', modules: 'CommonJS', server: 'HTTP/2', plugins: ['formbody', 'multipart'], order: 'after' },
  { fastify: '5.0.0', modules: 'ES modules', server: 'HTTPS', plugins: ['middie', 'etag'], order: 'before' },
  { fastify: '5.0.0', modules: 'CommonJS', server: 'inject', plugins: ['compress'], order: 'before' },
  { fastify: '5.6.2', modules: 'CommonJS', server: 'HTTP/1.1', plugins: ['compress', 'formbody', 'multipart'], order: 'before' },
  { fastify: '5.6.2', modules: 'ES modules', server: 'HTTP/2', plugins: ['helmet'], order: 'before' },
  { fastify: '5.6.2', modules: 'CommonJS', server: 'HTTPS', plugins: ['etag'], order: 'after' },
  { fastify: '5.6.2', modules: 'ES modules', server: 'inject', plugins: ['middie'], order: 'after' },
  { fastify: 'newest', modules: 'ES modules', server: 'HTTP/1.1', plugins: ['middie', 'etag'], order: 'after' },
  { fastify: 'newest', modules: 'CommonJS', server: 'HTTP/2', plugins: ['compress', 'helmet'], order: 'before' },
  { fastify: 'newest', modules: 'ES modules', server: 'HTTPS', plugins: ['compress', 'multipart'], order: 'before' },
  { fastify: 'newest', modules: 'CommonJS', server: 'inject', plugins: ['formbody', 'helmet'], order: 'before' }
]

/** What each of them does. */
export const hostCalls = [
  'GET', 'validated POST', 'streamed POST', 'bodyless DELETE', 'HEAD', 'download', 'cancelled call', 'webhook', 'connect session',
  'document'
] as const
