/**
 * A load balancer in front of replicas: polls each one's /ready, distributes calls to ready ones in turn, and streams both ways. It never
 * retries: a rejected call or a truncated response is a failure for its caller.
 */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/** Milliseconds. */
const ASK_EVERY = 100
const ASK_TIMEOUT = 1_000
/** Polls without a response before a replica counts as gone: a busy machine is only slow. A 503 counts at once. */
const SILENT_TIMES = 3

export interface Backend {
  readonly url: string
  /** State of a replica in the load balancer. */
  readonly ready: boolean
  /** Paths of the calls in progress. */
  readonly calls: ReadonlySet<{ readonly path: string }>
}

interface Known {
  readonly url: string,
  ready: boolean,
  silent: number,
  polled: number,
  replied: number,
  readonly calls: Set<{
    readonly path: string
  }>,
  readonly agent: Agent
}

export class Balancer {
  readonly #backends = new Set<Known>()
  #turn = 0
  #url = ''

  get url (): string { return this.#url }

  static async start (t: Pick<Test, 'teardown'>): Promise<Balancer> {
    const balancer = new Balancer()
    const server = createServer((incoming, outgoing) => { balancer.#pass(incoming, outgoing) })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    balancer.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
    const timer = setInterval(() => { for (const backend of balancer.#backends) balancer.#ask(backend) }, ASK_EVERY)
    t.teardown(() => {
      clearInterval(timer)
      server.close()
      server.closeAllConnections()
      for (const { agent } of balancer.#backends) agent.destroy()
    })
    return balancer
  }

  add (url: string): Backend {
    const backend: Known = { url, ready: false, silent: 0, polled: 0, replied: 0, calls: new Set(), agent: new Agent({ keepAlive: true }) }
    this.#backends.add(backend)
    return backend
  }

  /** It gets no more calls. Responses in socket buffers are still forwarded, even after it exits. */
  async remove (backend: Backend): Promise<void> {
    for (const known of this.#backends) {
      if (known !== backend) continue
      this.#backends.delete(known)
      while (known.calls.size > 0) await sleep(20)
      known.agent.destroy()
    }
  }

  /** On a new connection, to detect a replica that accepts no new ones. */
  #ask (backend: Known): void {
    const turn = ++backend.polled
    const record = (ready: boolean): void => {
      if (turn < backend.replied) return // a later poll has been answered already
      backend.replied = turn
      backend.silent = 0
      backend.ready = ready
    }
    let late = false
    const question = request(`${backend.url}/ready`, { agent: false, timeout: ASK_TIMEOUT }, (response) => {
      response.resume()
      record(response.statusCode === 200)
    })
    question.on('timeout', () => { late = true; question.destroy() })
    question.on('error', () => { if (!late || ++backend.silent >= SILENT_TIMES) record(false) })
    question.end()
  }

  #pass (incoming: IncomingMessage, outgoing: ServerResponse): void {
    const ready = [...this.#backends].filter((backend) => backend.ready)
    const backend = ready[this.#turn++ % ready.length]
    if (backend === undefined) {
      outgoing.writeHead(503, { 'x-balancer': 'no replica is ready' }).end()
      return
    }
    const call = { path: incoming.url ?? '' }
    backend.calls.add(call)
    outgoing.once('close', () => { backend.calls.delete(call) })
    const forward = request(`${backend.url}${call.path}`, {
      method: incoming.method, headers: incoming.headers, agent: backend.agent
    }, (response) => {
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers } = response.headers // hop-by-hop
      outgoing.writeHead(response.statusCode ?? 502, headers)
      pipeline(response, outgoing, () => {})
    })
    forward.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(502, { 'x-balancer': String(error) }).end()
    })
    pipeline(incoming, forward, () => {})
  }
}
