/** 1 GiB down and up: how fast, and what it does to memory. */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { LargeBodyContestant } from './contestants.ts'
import { freePort, PROXY_CORE, start } from './processes.ts'
import { median } from './rounds.ts'
import type { OtherSide } from './servers/other-side.ts'
import { API_KEY, BASE, venue } from './workloads.ts'

export type Direction = 'down' | 'up'

export interface BodyFigures {
  readonly contestant: LargeBodyContestant
  readonly direction: Direction
  /** MiB in a second. */
  readonly speed: number
  /** Processor time, in microseconds for a MiB. */
  readonly cpu: number
  /** Bytes by which the peak of memory grew. */
  readonly growth: number
}

export const SIZE = 1024 ** 3
const MIB = 1024 ** 2
/** What every process takes once, at its first large body. */
const WARM_UP = 16 * MIB
const BLOCK = Buffer.alloc(64 * 1024, 'x')

export async function carry (contestants: readonly LargeBodyContestant[], direction: Direction, rounds: number, size: number, other: OtherSide, folder: string): Promise<BodyFigures[]> {
  const results = contestants.map((): Omit<BodyFigures, 'contestant' | 'direction'>[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const port = await freePort()
      // A process of its own each time: a peak does not come down again.
      const process = await start(PROXY_CORE, contestant.command(port, other, folder), port)
      await transfer(port, direction, WARM_UP)
      const [cpu, { peak }, startedAt] = [process.cpu(), process.memory(), performance.now()]
      await transfer(port, direction, size)
      const seconds = (performance.now() - startedAt) / 1000
      results[index]?.push({ speed: size / MIB / seconds, cpu: (process.cpu() - cpu) / (size / MIB), growth: process.memory().peak - peak })
      await process.stop()
    }
  }
  return contestants.map((contestant, index) => {
    const all = results[index] ?? []
    return {
      contestant,
      direction,
      speed: median(all.map(({ speed }) => speed)),
      cpu: median(all.map(({ cpu }) => cpu)),
      growth: Math.max(...all.map(({ growth }) => growth))
    }
  })
}

/** On a bare socket, so that the caller takes as little of the load's core as can be. */
async function transfer (port: number, direction: Direction, size: number): Promise<void> {
  const request = [
    direction === 'down' ? `GET ${BASE}/down/${size} HTTP/1.1` : `POST ${BASE}/up HTTP/1.1`,
    'Host: localhost', `Connection-Id: ${venue(1)}`, `Authorization: Bearer ${API_KEY}`,
    ...(direction === 'up' ? ['Content-Type: application/octet-stream', `Content-Length: ${size}`] : [])
  ]
  let received = 0
  let first = ''
  let expected = Infinity
  const socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer: Buffer.alloc(256 * 1024),
      callback: (length, buffer) => {
        received += length
        if (expected === Infinity) {
          first += Buffer.from(buffer.buffer, 0, length).toString('latin1')
          expected = lengthOf(first)
        }
        // Some keep the connection, whatever they are asked.
        if (received >= expected) socket.destroy()
        return true
      }
    }
  })
  const ended = once(socket, 'close')
  socket.write(request.join('\r\n') + '\r\n\r\n')
  if (direction === 'up') await send(socket, size)
  await ended
  const right = direction === 'down' ? received > size : first.endsWith(`{"bytes":${size}}`)
  if (!first.startsWith('HTTP/1.1 200 ') || !right) throw new Error(`${size} bytes ${direction} failed after ${received}: ${first.slice(0, 300)}`)
}

/** Of an answer, head and all, as soon as its head has come. */
function lengthOf (answer: string): number {
  const end = answer.indexOf('\r\n\r\n')
  const declared = /\r\ncontent-length: (\d+)\r\n/i.exec(answer)?.[1]
  return end === -1 || declared === undefined ? Infinity : end + 4 + Number(declared)
}

async function send (socket: Socket, size: number): Promise<void> {
  for (let left = size; left > 0; left -= BLOCK.length) {
    if (!socket.write(left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK)) await once(socket, 'drain')
  }
}
