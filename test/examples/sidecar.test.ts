/** The clients of the sidecar example read bookings, print a problem's message, and wait for Retry-After. */
import { execFileSync } from 'node:child_process'
import tap, { test } from '../support/tap.ts'
import { listen } from '../support/build.ts'
import { start } from './program.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

const missing = (command: string): string | false => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return false
  } catch {
    if (process.env.CI === 'true') throw new Error(`${command} is missing`)
    return `${command} is not on this machine`
  }
}

const clients = [
  { name: 'Python', command: 'python3', needs: 'python3', file: 'examples/sidecar/client.py' },
  { name: 'shell', command: 'sh', needs: 'curl', file: 'examples/sidecar/client.sh' }
]

for (const { name, command, needs, file } of clients) {
  test(`runs the ${name} client`, { skip: missing(needs) }, async (t) => {
    const { url, roller } = await listen(t)
    const venue = roller.venue('demo')
    const [booking] = venue.bookings.values()
    const reference = String(booking?.reference)
    const run = async (env: Record<string, string> = {}): Promise<{ code: number | null, output: string }> => {
      const program = start(t, command, [file, reference], { GATEWAY_URL: url, ...env })
      return { code: await program.exited, output: program.output() }
    }
    const good = await run()
    t.equal(good.code, 0, good.output)
    t.match(good.output, venue.profile.name)
    t.match(good.output, reference)

    const unknown = await run({ CONNECTION_ID: 'nobody' })
    t.equal(unknown.code, 1)
    t.match(unknown.output, 'GET /connections lists them', 'the hint')

    roller.faults.next({ kind: 'status', status: 418, path: /^\/venues\/me/, body: 'canary of ROLLER' })
    const own = await run()
    t.equal(own.code, 1)
    t.match(own.output, /ROLLER answered 418|roller answered 418/)
    t.match(own.output, 'canary of ROLLER')
  })

  test(`waits in the ${name} client for the time of Retry-After`, { skip: missing(needs) }, async (t) => {
    // One slot in a window of two seconds, and no queue: the second call is rejected with Retry-After.
    let rejected = 0
    const { url } = await listen(t, {
      options: { rateLimits: { rest: { limit: 1, windowMs: 2000 }, margin: 0, jitter: 0, maxQueue: 0 } },
      host: (app) => { app.addHook('onResponse', async (_request, reply) => { if (reply.statusCode === 429) rejected++ }) }
    })
    const program = start(t, command, [file], { GATEWAY_URL: url })
    t.equal(await program.exited, 0, program.output())
    t.ok(rejected > 0, 'it was rejected')
  })
}
