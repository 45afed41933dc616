/** Time from the start of a process until GET /health responds, and its idle memory. */
import { setTimeout as sleep } from 'node:timers/promises'
import { FASTIFY, peer, service } from './contestants.ts'
import { PROXY_CORE, start } from './processes.ts'
import { freePort } from '../test/support/free-port.ts'
import { median } from './rounds.ts'
import type { OtherSide } from './servers/other-side.ts'

export interface StartFigures {
  readonly name: string
  /** Milliseconds. */
  readonly ready: number
  /** Bytes. */
  readonly memory: number
}

const IDLE_MS = 3_000

export async function startUps (main: string | undefined, rounds: number, other: OtherSide): Promise<StartFigures[]> {
  const compared = [service('direct', { logs: true, main }), peer(FASTIFY, 'fastify', false)]
  const results: StartFigures[] = []
  // The first round fills the file cache and is not counted.
  for (let round = -1; round < rounds; round++) {
    for (const { name, command } of compared) {
      const port = await freePort()
      const startedAt = performance.now()
      const process = await start(PROXY_CORE, command(port, other), port)
      const { status } = await fetch(`http://127.0.0.1:${port}/health`)
      const ready = performance.now() - startedAt
      if (status !== 200) throw new Error(`${name} answers ${status} to /health`)
      await sleep(IDLE_MS)
      if (round >= 0) results.push({ name, ready, memory: process.memory().now })
      await process.stop()
    }
  }
  return compared.map(({ name }) => {
    const all = results.filter((one) => one.name === name)
    return { name, ready: median(all.map(({ ready }) => ready)), memory: median(all.map(({ memory }) => memory)) }
  })
}
