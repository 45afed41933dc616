/**
 * Publishes changes of a connection (deleted, moved, new credentials) to all other replicas, which drop their state and read it again.
 *
 * Each item of news increments a version in Redis. Every lease of a rate limit returns the version, so that no call is sent with state that
 * is older than its lease; reads without a lease (a cached response, a list) are updated within a second. No subscription is used: a
 * message published while a subscriber reconnects would be lost, and the version has to be read anyway.
 */
import { readFileSync } from 'node:fs'
import { sleep, type Clock } from '../util/clock.ts'
import { loadScript, RedisScript } from '../redis/script.ts'
import type { RedisLike } from '../redis/client.ts'
import type { NewsVersion } from '../gateway/pipeline.ts'

export interface ConnectionNewsOptions {
  readonly client: RedisLike
  /** The version and the last items, in one slot of a Redis Cluster. */
  readonly keys: readonly [version: string, log: string]
  readonly clock: Clock
  /** A connection must be read again; null: all of them. */
  readonly onNews: (connectionId: string | null) => void
}

const POLL_MS = 1_000
/** Longer than for a lease: what is not published now is published a second later, and calls may be sent in between. */
const TIMEOUT_MS = 2_000
/** A replica that is further behind drops all state. */
const MAX_ITEMS = 1_000
const KEPT_MS = 24 * 3_600_000
/** Maximum number of items to publish after an outage of Redis. Beyond it, the other replicas drop all state. */
const MAX_PENDING = 1_000
const ALL = '*'

const script = loadScript(readFileSync(new URL('./connection-news.lua', import.meta.url), 'utf8'))

export class ConnectionNews implements NewsVersion {
  readonly #options: ConnectionNewsOptions
  readonly #script: RedisScript
  readonly #stop = new AbortController()
  readonly #pending = new Set<string>()
  #version: number | null = null
  #reading: Promise<void> | null = null
  #running: Promise<void> = Promise.resolve()

  constructor (options: ConnectionNewsOptions) {
    this.#options = options
    this.#script = new RedisScript(options.client, script, { clock: options.clock, timeoutMs: TIMEOUT_MS, restMs: 0 })
  }

  start (): void { this.#running = this.#run() }

  async stop (): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  isCurrent (version: number): boolean { return version === this.#version }

  /** Publishes to the other replicas. While Redis is down the item is kept, and published on its return. */
  async publish (connectionId: string): Promise<void> {
    const { keys } = this.#options
    try {
      const [version] = await this.#script.runForList(keys, ['publish', connectionId, String(MAX_ITEMS), String(KEPT_MS)])
      // Skips its own items; items of other replicas in between are read.
      if (this.#version !== null && Number(version) === this.#version + 1) this.#version++
    } catch {
      const many = this.#pending.size >= MAX_PENDING
      if (many) this.#pending.clear()
      this.#pending.add(many ? ALL : connectionId)
    }
  }

  async reach (version: number): Promise<void> {
    try {
      await this.#catchUp()
      // The joined read may have started before this version.
      if ((this.#version ?? -1) < version) await this.#catchUp()
    } catch {
      this.#options.onNews(null)
    }
  }

  /** Reads the news now, for a decision without a lease. Does nothing while Redis is down. */
  async refresh (): Promise<void> {
    await this.#reading?.catch(() => {}) // it may have started before the latest version
    await this.#catchUp().catch(() => {})
  }

  async #catchUp (): Promise<void> {
    this.#reading ??= this.#read().finally(() => { this.#reading = null })
    await this.#reading
  }

  async #read (): Promise<void> {
    const { keys, onNews } = this.#options
    const [version, ...ids] = await this.#script.runForList(keys, ['read', String(this.#version ?? -1), ALL, String(MAX_ITEMS)])
    for (const id of ids) onNews(id === ALL ? null : String(id))
    this.#version = Number(version)
  }

  async #run (): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.#publishOwed().then(() => this.#catchUp()).catch(() => {}) // the rate limiter logs that Redis is down
      await sleep(clock, POLL_MS, signal).catch(() => {})
    }
  }

  async #publishOwed (): Promise<void> {
    for (const connectionId of [...this.#pending]) {
      this.#pending.delete(connectionId)
      await this.publish(connectionId)
      if (this.#pending.has(connectionId)) return
    }
  }
}
