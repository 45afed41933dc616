/**
 * What one replica has found out about a connection (it is gone, moved, has other credentials), for all others: they forget it and read
 * it anew.
 *
 * Each item of news raises a version in Redis. Every lease of a rate limit brings the version along, so that no call leaves on
 * knowledge that is older than its lease; what needs no lease (a cached answer, a list) learns of it within a second. Nothing is
 * subscribed to: a message that was published while a subscriber reconnected would be lost, and the version has to be read anyway.
 */
import { readFileSync } from 'node:fs'
import { sleep, type Clock } from '../util/clock.ts'
import { loadScript, RedisScript } from '../redis/script.ts'
import type { RedisLike } from '../redis/client.ts'
import type { NewsVersion } from '../gateway/pipeline.ts'

export interface ConnectionNewsOptions {
  readonly client: RedisLike
  /** The version, and the last items; of one slot in a Redis Cluster. */
  readonly keys: readonly [version: string, log: string]
  readonly clock: Clock
  /** A connection must be read anew; null: all of them. */
  readonly onNews: (connectionId: string | null) => void
}

const POLL_MS = 1_000
/** Longer than for a lease: what is not published now is published a second later, and calls may leave in between. */
const TIMEOUT_MS = 2_000
/** Further back than this a replica forgets everything. */
const MAX_ITEMS = 1_000
const KEPT_MS = 24 * 3_600_000
/** Of what could not be published while Redis was down. Beyond, the others forget everything. */
const MAX_OWED = 1_000
const ALL = '*'

const script = loadScript(readFileSync(new URL('./connection-news.lua', import.meta.url), 'utf8'))

export class ConnectionNews implements NewsVersion {
  readonly #options: ConnectionNewsOptions
  readonly #script: RedisScript
  readonly #stop = new AbortController()
  readonly #owed = new Set<string>()
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

  /** For the other replicas. While Redis is down it is owed, and published as soon as it is back. */
  async publish (connectionId: string): Promise<void> {
    const { keys } = this.#options
    try {
      const [version] = await this.#script.runForList(keys, ['publish', connectionId, String(MAX_ITEMS), String(KEPT_MS)])
      // Its own news is no news; what others have published in between is.
      if (this.#version !== null && Number(version) === this.#version + 1) this.#version++
    } catch {
      const many = this.#owed.size >= MAX_OWED || this.#owed.has(ALL)
      if (many) this.#owed.clear()
      this.#owed.add(many ? ALL : connectionId)
    }
  }

  async reach (version: number): Promise<void> {
    try {
      await this.#catchUp()
      // What was joined may have been asked before this version.
      if ((this.#version ?? -1) < version) await this.#catchUp()
    } catch {
      this.#options.onNews(null)
    }
  }

  async #catchUp (): Promise<void> {
    this.#reading ??= this.#read().finally(() => { this.#reading = null })
    await this.#reading
  }

  async #read (): Promise<void> {
    const { keys, onNews } = this.#options
    const [version, ...ids] = await this.#script.runForList(keys, ['read', String(this.#version ?? -1), ALL])
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
    for (const connectionId of [...this.#owed]) {
      this.#owed.delete(connectionId)
      await this.publish(connectionId)
      if (this.#owed.has(connectionId)) return
    }
  }
}
