/** How long the service takes until it can be called, and what it takes up then: with everything, and without documents and the catalogue. */
import { join } from 'node:path'
import { freePort, PROXY_CORE, start } from './processes.ts'
import { median } from './rounds.ts'
import { ROOT, variant } from './variant.ts'
import { API_KEY, NANGO_KEY } from './workloads.ts'

export interface StartFigures {
  readonly name: string
  /** Milliseconds until it listens, and bytes in memory then. */
  readonly ready: number
  readonly memory: number
}

export async function startUps (rounds: number): Promise<StartFigures[]> {
  // Neither is even loaded.
  const reduced = variant('reduced', { 'plugin/roller/operations.js': 'export const operations = {}\n', 'service/docs.js': 'export async function addDocs () {}\n' })
  const kinds = [{ name: 'all routes and documents', home: ROOT }, { name: 'without documents and the 79 operations', home: reduced }]
  const results = kinds.map((): { ready: number, memory: number }[] => [])
  // The first run of each fills the machine's file cache, and is not counted.
  for (let round = -1; round < rounds; round++) {
    for (const [index, { home }] of kinds.entries()) {
      const port = await freePort()
      const running = await start(PROXY_CORE, {
        file: process.execPath,
        args: [join(home, 'service/dist/main.js')],
        env: { PORT: String(port), API_KEYS: API_KEY, NANGO_SECRET_KEY: NANGO_KEY, NANGO_HOST: 'http://127.0.0.1:9', LOG_LEVEL: 'silent' }
      }, port)
      const ready = running.listeningAfter
      const answer = await fetch(`http://127.0.0.1:${port}/health`)
      if (answer.status !== 200) throw new Error(`the service answers ${answer.status} to /health`)
      if (round >= 0) results[index]?.push({ ready, memory: running.memory().now })
      await running.stop()
    }
  }
  return kinds.map(({ name }, index) => {
    const all = results[index] ?? []
    return { name, ready: median(all.map(({ ready }) => ready)), memory: median(all.map(({ memory }) => memory)) }
  })
}
