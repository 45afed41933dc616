/**
 * The methods of an ioredis or iovalkey client or Cluster that are used. The application owns the client: it connects, authenticates,
 * closes it.
 */
export interface RedisLike {
  readonly status?: string
  evalsha (sha: string, keys: number, ...args: string[]): Promise<unknown>
  eval (script: string, keys: number, ...args: string[]): Promise<unknown>
}
