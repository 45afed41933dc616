/** The real service as a process, in front of the simulators; all of its output is checked. */
import type { Test } from 'tap'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startNangoSimulator, type NangoSimulator, type ReceivedRequest } from '#sandbox/nango.js'
import { startRollerSimulator, type RecordedRequest, type RollerSimulator } from '#sandbox/roller.js'
import { startProcess, type Process } from '../service/fixture.ts'
import { asConnected } from '../support/build.ts'
import { CLIENT_SECRET, KEYS, NANGO_SIGNING_KEY, ROLLER_WEBHOOK_SECRET, SECRET_KEY, SECRETS, TARGET_SECRET } from './canaries.ts'
import { MARK_HEADER, venueOfMark, type Conversation } from './conversation.ts'
import { CONNECTIONS, LIMITED_TO } from './hostile.ts'
import { faultsAtNango, faultsAtRoller, faultsOfExchange, faultsOfLog, type Fault } from './oracle.ts'
import { send } from './wire.ts'

export type Transport = 'nango' | 'direct'

const clientOf = (connection: string): string => `client-of-${connection}`

const callers = [
  {
    name: 'all',
    key: KEYS.all,
    scopes: ['connect', 'connections:read', 'connections:write', 'roller:read', 'roller:write', 'webhooks', 'metrics']
  },
  { name: 'reader', key: KEYS.reader, scopes: ['roller:read', 'connections:read'] },
  { name: 'limited', key: KEYS.limited, scopes: ['connections:read', 'roller:read', 'roller:write'], connections: LIMITED_TO }
]

export class Attack {
  readonly #transport: Transport
  readonly #nango: NangoSimulator
  readonly #roller: RollerSimulator
  readonly #process: Process
  readonly #port: number
  readonly #sent = new Set<string>()
  readonly #smuggled = new Set<string>()
  readonly #calls = new Map<string, number>()
  /** Every token that Nango ever had, with its connection. */
  readonly #tokens = new Map<string, string>()
  #connections = 0
  #logRead = 0
  #arrived = 0
  #statuses = new Map<number, number>()

  private constructor (transport: Transport, nango: NangoSimulator, roller: RollerSimulator, process: Process, port: number) {
    this.#transport = transport
    this.#nango = nango
    this.#roller = roller
    this.#process = process
    this.#port = port
  }

  static async start (t: Pick<Test, 'teardown'>, transport: Transport): Promise<Attack> {
    const roller = await startRollerSimulator()
    const nango = await startNangoSimulator({ secretKey: SECRET_KEY, rollerUrl: roller.url })
    t.teardown(async () => {
      await nango.close()
      await roller.close()
    })
    for (const connectionId of CONNECTIONS) {
      const clientId = clientOf(connectionId)
      nango.addConnection({ connectionId, clientId, clientSecret: CLIENT_SECRET, ...asConnected(roller, clientId) })
    }
    const target = createServer((request, response) => { request.resume().on('end', () => { response.writeHead(204).end() }) })
    await new Promise<void>((resolve) => { target.listen(0, '127.0.0.1', resolve) })
    t.teardown(() => { target.close(); target.closeAllConnections() })
    const process = startProcess(t, {
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'trace',
      NANGO_SECRET_KEY: SECRET_KEY,
      NANGO_HOST: nango.url,
      NANGO_WEBHOOK_SIGNING_KEY: NANGO_SIGNING_KEY,
      ROLLER_TRANSPORT: transport,
      ROLLER_BASE_URL: roller.url,
      ROLLER_WEBHOOK_SECRET,
      PUBLIC_URL: 'http://127.0.0.1:1',
      WEBHOOK_TARGET_URL: `http://127.0.0.1:${(target.address() as AddressInfo).port}`, // it listens on TCP
      WEBHOOK_TARGET_SECRET: TARGET_SECRET,
      API_KEYS: JSON.stringify(callers),
      MAX_WAIT: '0',
      STREAM_LIMIT: '262144',
      POLL_INTERVAL: '0'
    })
    return new Attack(transport, nango, roller, process, Number(new URL(await process.url()).port))
  }

  /** @returns all violations after these conversations, which run concurrently */
  async faultsOf (conversations: readonly Conversation[]): Promise<Fault[]> {
    for (const { sent, smuggled } of conversations) {
      for (const mark of sent) this.#sent.add(mark)
      for (const mark of smuggled) this.#smuggled.add(mark)
    }
    const faults = (await Promise.all(conversations.map(async (conversation) => {
      const exchange = await send(
        {
          port: this.#port, bytes: conversation.bytes, expected: conversation.expected, whole: conversation.whole, nth: this.#connections++
        }
      )
      for (const { status } of exchange.responses) this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
      const shown = JSON.stringify(conversation.bytes.toString('latin1')).slice(0, 1_500)
      return faultsOfExchange(conversation, exchange).map((fault) => `${fault} - sent: ${shown}`)
    }))).flat()
    return [...faults, ...this.#arrivals(), ...this.#log(), ...await this.#alive()]
  }

  /** Number of calls that reached ROLLER, and the statuses of responses. */
  get figures (): { readonly arrived: number, readonly statuses: string } {
    const statuses = [...this.#statuses].sort(([one], [other]) => one - other).map(([status, count]) => `${status}: ${count}`).join(', ')
    return { arrived: this.#arrived, statuses }
  }

  /** Stops the service, and checks its last output. */
  async end (): Promise<Fault[]> {
    this.#process.child.kill('SIGTERM')
    const code = await this.#process.exited
    return [
      ...(code === 0 ? [] : [`it ended with ${code}: ${this.#process.stderr().slice(0, 2_000)}`]), ...this.#arrivals(), ...this.#log()
    ]
  }

  #arrivals (): Fault[] {
    const faults: Fault[] = []
    const { host } = new URL(this.#roller.url)
    const toNango = take<ReceivedRequest>(this.#nango.requests)
    const toRoller = take<RecordedRequest>(this.#roller.requests)
    for (const { token, clientId } of this.#nango.connections) this.#tokens.set(`Bearer ${token}`, clientId)
    for (const request of toNango) faults.push(...faultsAtNango(request, this.#transport))
    for (const request of toRoller) {
      // ROLLER has not parsed a truncated one
      const clientId = request.clientId ?? this.#tokens.get(String(request.headers.authorization)) ?? null
      faults.push(...faultsAtRoller({ ...request, clientId }, host))
      if (request.url !== '/token') this.#arrived++
      const marks = String(request.headers[MARK_HEADER] ?? '').match(/fz-\d+/g) ?? []
      for (const mark of marks) faults.push(...this.#marked(mark, { ...request, clientId }))
    }
    return faults
  }

  #marked (mark: string, { method, url, clientId }: RecordedRequest): Fault[] {
    const faults: Fault[] = []
    const where = `ROLLER: ${method} ${url.slice(0, 200)}`
    const times = (this.#calls.get(mark) ?? 0) + 1
    this.#calls.set(mark, times)
    if (times > 1) faults.push(`${where}: one request became ${times} calls`)
    if (this.#smuggled.has(mark)) faults.push(`${where}: smuggled`)
    else if (!this.#sent.has(mark)) faults.push(`${where}: no client sent it`)
    const venue = venueOfMark(mark)
    if (venue !== undefined && clientId !== (venue === null ? null : clientOf(venue))) {
      faults.push(`${where}: for ${venue ?? 'no venue'}, and it came with the token of ${clientId}`)
    }
    return faults
  }

  /** New complete lines, without the banner. */
  #log (): Fault[] {
    const text = this.#process.stdout()
    const end = text.lastIndexOf('\n') + 1
    const lines = text.slice(this.#logRead, end).split('\n').filter((line) => line !== '')
    const first = this.#logRead === 0
    this.#logRead = end
    const stderr = this.#process.stderr()
    const leaks = SECRETS.filter((secret) => stderr.includes(secret)).map((secret) => `stderr holds ${secret}`)
    return [...faultsOfLog(first ? lines.filter((line) => line.startsWith('{')) : lines), ...leaks]
  }

  async #alive (): Promise<Fault[]> {
    const { child } = this.#process
    if (child.exitCode !== null || child.signalCode !== null) return [`the process has ended: ${this.#process.stderr().slice(0, 2_000)}`]
    const { responses } = await send(
      {
        port: this.#port,
        bytes: Buffer.from('GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
        expected: 1,
        whole: true,
        nth: this.#connections++
      }
    )
    return responses[0]?.status === 200 ? [] : ['it is not alive any more']
  }
}

/** Removes requests from the simulator's list, which would otherwise drop the oldest. */
function take<T> (requests: readonly T[]): T[] {
  return (requests as T[]).splice(0) // the simulators append to this array
}
