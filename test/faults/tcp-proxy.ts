/** A TCP proxy in front of a server: it can refuse connections, accept them without forwarding, or break them after a number of bytes. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../support/free-port.ts'

export class TcpProxy {
  readonly #target: number
  readonly #lines = new Set<Socket>()
  #server = createServer()
  #port = 0
  #silent = false
  #cutAfter = Infinity

  constructor (targetUrl: string | number) {
    this.#target = typeof targetUrl === 'number' ? targetUrl : Number(new URL(targetUrl).port)
  }

  get port (): number { return this.#port }
  get url (): string { return `http://127.0.0.1:${this.#port}` }

  async open (): Promise<void> {
    this.#silent = false
    this.#cutAfter = Infinity
    if (this.#server.listening) return
    this.#server = createServer((line) => { this.#lead(line) })
    this.#port ||= await freePort() // it is opened again on the same port
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening')
  }

  async shut (): Promise<void> {
    const closed = new Promise<void>((resolve) => { this.#server.close(() => { resolve() }) })
    this.#breakLines()
    await closed
  }

  /** Accepts connections and forwards nothing. */
  beSilent (): void {
    this.#silent = true
    this.#breakLines()
  }

  cutAfter (bytes: number): void { this.#cutAfter = bytes }

  #breakLines (): void { for (const line of this.#lines) line.destroy() }

  #lead (line: Socket): void {
    this.#keep(line)
    if (this.#silent) return
    const inner = connect(this.#target, '127.0.0.1')
    this.#keep(inner)
    let passed = 0
    inner.on('data', (chunk) => {
      passed += chunk.length
      if (passed > this.#cutAfter) { line.destroy(); inner.destroy() }
    })
    inner.pipe(line)
    line.pipe(inner)
    line.on('close', () => { inner.destroy() })
    inner.on('close', () => { line.end() })
  }

  #keep (socket: Socket): void {
    this.#lines.add(socket)
    socket.on('error', () => {}).on('close', () => { this.#lines.delete(socket) })
  }
}
