/** What is used of an ioredis or iovalkey client or Cluster. The client is the application's: it connects, authenticates, closes it. */
export interface RedisLike {
  readonly status?: string
  evalsha (sha: string, keys: number, ...args: string[]): Promise<unknown>
  eval (script: string, keys: number, ...args: string[]): Promise<unknown>
}
