/** Which confirmations may still be used. */
import { readFileSync } from 'node:fs'
import type { RedisLike } from '../redis/client.ts'
import { digest, loadScript, RedisScript } from '../redis/script.ts'
import { systemClock, type Clock } from '../util/clock.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { MemoryDedupeStore } from '../webhooks/dedupe-memory.ts'

export interface ConfirmationStore {
  /** A person gets the question. */
  open (nonce: string): MaybePromise<void>
  /** True for one call. */
  use (nonce: string): MaybePromise<boolean>
}

/** Records what this process used: a question may come from another replica. */
export class MemoryConfirmationStore implements ConfirmationStore {
  readonly #used: MemoryDedupeStore

  constructor (clock: Clock = systemClock) {
    this.#used = new MemoryDedupeStore(clock)
  }

  open (): void {}

  use (nonce: string): boolean {
    const key = { connectionId: '', id: nonce }
    const isFirst = this.#used.claim(key) === 'new'
    this.#used.done(key)
    return isFirst
  }
}

const script = loadScript(readFileSync(new URL('./confirmation.lua', import.meta.url), 'utf8'))

/** Records what is open, not what was used: a Redis that was restarted without its data must not allow a second use. */
export class RedisConfirmationStore implements ConfirmationStore {
  readonly #script: RedisScript
  readonly #scope: string
  readonly #lifeMs: number

  /** @param scope separates Nango environments in one Redis; only its hash is stored */
  constructor (client: RedisLike, scope: string, lifeMs: number) {
    this.#script = new RedisScript(client, script)
    this.#scope = scope
    this.#lifeMs = lifeMs
  }

  /** @throws RedisUnavailable */
  async open (nonce: string): Promise<void> { await this.#run(nonce, ['open', String(this.#lifeMs)]) }

  /** @throws RedisUnavailable */
  async use (nonce: string): Promise<boolean> {
    return Number(await this.#run(nonce, ['use'])) === 1 // ioredis returns text with its option stringNumbers
  }

  async #run (nonce: string, args: readonly string[]): Promise<unknown> {
    return await this.#script.run([`roller:confirmation:{${digest(this.#scope, nonce)}}`], args)
  }
}
