/** One gateway with its surroundings, for one row: each server is behind a proxy that can fail. */
import { spawn } from 'node:child_process'
import { open, readFile, readdir, readlink } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { request } from 'undici'
import { roller } from 'fastify-roller/internal'
import { startNangoSimulator, type NangoSimulator } from '#sandbox/nango.js'
import { startRollerSimulator, type RollerSimulator } from '#sandbox/roller.js'
import { sharedRedis } from '../support/redis-server.ts'
import { SERVICE } from '../support/service.ts'
import { asConnected, CLIENT_SECRET, CONNECTION_ID, SECRET_KEY } from '../support/build.ts'
import { bookingFor } from '../upstream/fixture.ts'
import { TcpProxy } from './tcp-proxy.ts'
import type { Row, Seen, TransportName } from './rows.ts'

/** Milliseconds: short, so that missing responses time out soon. */
const TIMEOUTS = { connect: 2_000, headers: 1_000, idle: 1_000, total: 4_000, control: 1_000 }
/** Milliseconds between retries; shorter than any cooling-off. */
const MAX_WAIT = 8_000
const LARGE = '/roller/sandbox/bytes/4000000?chunked=1'
const ROOT = new URL('.', import.meta.resolve('#root/package.json'))

type Teardown = Pick<Test, 'teardown'>

export class World {
  readonly transport: TransportName
  readonly roller: RollerSimulator
  readonly nango: NangoSimulator
  readonly #t: Teardown
  readonly #rollerProxy: TcpProxy
  readonly #nangoProxy: TcpProxy
  readonly #time: { ahead: number }
  #app: FastifyInstance | null = null
  #base: string | null = null
  #redis: { readonly client: Redis, readonly tcpProxy: TcpProxy, readonly onRedisDown: 'share' | 'reject' } | null = null
  #call: (() => Promise<Seen>) | null = null
  #service: string | null = null
  #before = 0

  private constructor (
    t: Teardown,
    transport: TransportName,
    roller: RollerSimulator,
    nango: NangoSimulator,
    proxies: { roller: TcpProxy, nango: TcpProxy }, time: { ahead: number }
  ) {
    this.#t = t
    this.transport = transport
    this.roller = roller
    this.nango = nango
    this.#rollerProxy = proxies.roller
    this.#nangoProxy = proxies.nango
    this.#time = time
  }

  static async start (t: Teardown, transport: TransportName): Promise<World> {
    const time = { ahead: 0 }
    const rollerSimulator = await startRollerSimulator()
    const rollerProxy = new TcpProxy(rollerSimulator.url)
    await rollerProxy.open()
    const nango = await startNangoSimulator({ secretKey: SECRET_KEY, rollerUrl: rollerProxy.url, now: () => Date.now() + time.ahead })
    const nangoProxy = new TcpProxy(nango.url)
    await nangoProxy.open()
    t.teardown(async () => {
      await Promise.all([rollerProxy.shut(), nangoProxy.shut()])
      await nango.close()
      await rollerSimulator.close()
    })
    const world = new World(t, transport, rollerSimulator, nango, { roller: rollerProxy, nango: nangoProxy }, time)
    world.restoreConnection()
    return world
  }

  /** After a first call: without a token, Nango's error is the same for a ROLLER that is down and for rejected credentials. */
  async closeRoller (): Promise<void> {
    await this.warm()
    await this.#rollerProxy.shut()
  }

  /** From here on every connection has a token. */
  async warm (): Promise<void> { await this.#get() }

  openRoller (): Promise<void> { return this.#rollerProxy.open() }
  closeNango (): Promise<void> { return this.#nangoProxy.shut() }
  openNango (): Promise<void> { return this.#nangoProxy.open() }
  cutLarge (): void { this.#rollerProxy.cutAfter(1_000_000) }

  /** Advances the clock of all servers. */
  pass (ms: number): void { this.#time.ahead += ms }
  /** Sets the date of the machine without advancing the clock: only code that reads the date is affected. */
  jump (ms: number): void {
    const { now } = Date
    Date.now = () => now() + ms
    this.#t.teardown(() => { Date.now = now })
  }

  /** After a rejection Nango requests no token from ROLLER for 30 s, and the gateway none from Nango. */
  passBackoff (): void { this.pass(31_000) }

  /** As in Nango's dashboard. */
  async loseConnection (): Promise<void> {
    const { body } = await request(`${this.nango.url}/connections/${CONNECTION_ID}?provider_config_key=roller`, {
      method: 'DELETE', headers: { authorization: `Bearer ${SECRET_KEY}` }
    })
    await body.dump()
  }

  restoreConnection (): void {
    this.nango.addConnection(
      { connectionId: CONNECTION_ID, clientId: 'demo', clientSecret: CLIENT_SECRET, ...asConnected(this.roller, 'demo') }
    )
  }

  /** The target of calls has another address. */
  at (url: string): void { this.#base = url }
  async atPlainServer (): Promise<void> {
    const server = createServer(
      (socket) => { socket.on('error', () => {}).once('data', () => { socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') }) }
    )
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    this.#t.teardown(() => { server.close() })
    this.at(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  async withDeadRedis (onRedisDown: 'share' | 'reject'): Promise<void> {
    const { tcpProxy } = await this.#withRedis(onRedisDown)
    await this.#start()
    await this.#get()
    await tcpProxy.shut()
  }

  async withSilentRedis (): Promise<void> {
    const { tcpProxy } = await this.#withRedis('share')
    await this.#start()
    await this.#get()
    tcpProxy.beSilent()
  }

  async #withRedis (onRedisDown: 'share' | 'reject') {
    const server = await sharedRedis()
    const tcpProxy = new TcpProxy(server.port)
    await tcpProxy.open()
    const client = new Redis(tcpProxy.port, '127.0.0.1', { retryStrategy: () => 50 })
    client.on('error', () => {})
    this.#t.teardown(async () => { client.disconnect(); await tcpProxy.shut() })
    this.#redis = { client, tcpProxy, onRedisDown }
    return this.#redis
  }

  leaveEarly (): void {
    this.roller.faults.next({ path: /^\/products/, kind: 'slow', ms: 300 })
    this.#call = async () => {
      const gone = AbortSignal.timeout(100)
      await request(`${await this.#start()}/roller/products`, { headers: { 'connection-id': CONNECTION_ID }, signal: gone }).catch(() => {})
      return 'left'
    }
  }

  stopSending (): void {
    this.#call = async () => {
      const socket = connect(Number(new URL(await this.#start()).port), '127.0.0.1')
      socket.on('error', () => {})
      const head =
        `POST /roller/bookings HTTP/1.1\r\nHost: x\r\nConnection-Id: ${CONNECTION_ID}\r\nContent-Type: ` +
        'application/json\r\nContent-Length: 1000\r\n\r\n'
      socket.write(`${head}{"items":`)
      await new Promise((resolve) => setTimeout(resolve, 50))
      socket.destroy()
      return 'left'
    }
  }

  /** The service itself, with its log on a device that is always full. */
  async fillDisk (): Promise<void> {
    const full = await open('/dev/full', 'w')
    const child = spawn(process.execPath, [SERVICE], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], PORT: '0', ROLLER_TRANSPORT: this.transport, LOG_LEVEL: 'info' },
      stdio: ['ignore', full.fd, 'pipe']
    })
    this.#t.teardown(async () => { child.kill('SIGKILL'); await full.close() })
    const port = await portOf(child.pid ?? 0)
    this.#service = `http://127.0.0.1:${port}`
  }

  /** Sends the row's call. */
  async call (row: Row): Promise<Seen> {
    this.#before = this.#count(row)
    if (this.#call !== null) return await this.#call()
    if (row.call === 'POST') return await this.#post()
    return row.call === 'GET' ? await this.#get() : await this.#getLarge()
  }

  /** Whether the same gateway serves the next caller. */
  async recovers (row: Row): Promise<boolean> {
    this.roller.faults.always(null)
    this.nango.faults.always(null)
    this.#call = null
    this.#rollerProxy.cutAfter(Infinity)
    if (this.#base !== null) { // restarted with the correct address
      this.#base = null
      this.#app = null
    }
    if (this.#redis !== null) {
      await this.#redis.tcpProxy.shut()
      await this.#redis.tcpProxy.open()
    }
    await row.repair?.(this)
    // Redis is retried once a second; everything else recovers at once.
    for (let tries = 0; tries < (this.#redis === null ? 1 : 60); tries++) {
      if (await this.#get() === '200') return true
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return false
  }

  /** Number of the row's calls that reached ROLLER. */
  arrived (row: Row): number { return this.#count(row) - this.#before }

  #count (row: Row): number {
    const path = row.call === 'POST' ? '/bookings' : '/products'
    const method = row.call === 'POST' ? 'POST' : 'GET'
    return this.roller.requests.filter((one) => one.method === method && one.url.startsWith(path)).length
  }

  async #start (): Promise<string> {
    if (this.#service !== null) return this.#service
    if (this.#app === null) {
      const app = Fastify()
      const base = { nango: this.#nangoProxy.url, roller: this.#rollerProxy.url }
      if (this.#base !== null) base[this.transport === 'nango' ? 'nango' : 'roller'] = this.#base
      await app.register(roller, {
        authorize: 'open',
        transport: this.transport,
        rollerBaseUrl: base.roller,
        nango: { secretKey: SECRET_KEY, host: base.nango },
        verifyVenues: false,
        timeouts: TIMEOUTS,
        retryPolicy: { baseMs: 0 },
        rateLimits: { maxWait: MAX_WAIT, onRedisDown: this.#redis?.onRedisDown ?? 'share' },
        clock: {
          now: () => performance.now() + this.#time.ahead,
          setTimeout: (callback, ms) => setTimeout(callback, ms),
          clearTimeout: (timer) => { clearTimeout(timer as NodeJS.Timeout) } // created above
        },
        ...(this.#redis !== null && { redis: this.#redis.client })
      })
      await app.listen({ host: '127.0.0.1', port: 0 })
      this.#t.teardown(() => app.close())
      this.#app = app
    }
    return `http://127.0.0.1:${(this.#app.server.address() as AddressInfo).port}`
  }

  async #get (): Promise<Seen> { return await this.#ask('/roller/products', {}) }

  async #getLarge (): Promise<Seen> { return await this.#ask(LARGE, {}) }

  async #post (): Promise<Seen> {
    return await this.#ask(
      '/roller/bookings', { method: 'POST', headers: { 'content-type': 'application/json' }, body: bookingFor({ roller: this.roller }) }
    )
  }

  async #ask (
    path: string, { headers = {}, ...call }: { method?: 'POST', headers?: Record<string, string>, body?: string }
  ): Promise<Seen> {
    try {
      const { statusCode, headers: { 'content-type': type }, body } = await request(`${await this.#start()}${path}`, {
        ...call, headers: { 'connection-id': CONNECTION_ID, connection: 'close', ...headers }
      })
      const text = await body.text()
      return String(type).startsWith('application/problem+json')
        ? `${statusCode} ${(JSON.parse(text) as { code: string }).code}`
        : String(statusCode)
    } catch {
      return 'cut'
    }
  }
}

/** Its log is lost, so the port is read from /proc. */
async function portOf (pid: number): Promise<number> {
  for (let tries = 0; tries < 400; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const inodes = new Set(
      (
        await Promise.all(files.map(async (fd) => await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
      ).map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1])
    )
    const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/))
    const ports = lines.filter((fields) => fields[3] === '0A' && inodes.has(fields[9])).map(
      (fields) => parseInt(fields[1]?.split(':')[1] ?? '', 16)
    )
    for (const port of ports) {
      const response = await request(`http://127.0.0.1:${port}/health`).then(
        async ({ statusCode, body }) => { const text = await body.text(); return statusCode === 200 && text === '{"status":"ok"}' },
        () => false
      )
      if (response) return port
    }
  }
  throw new Error('the service did not start')
}
