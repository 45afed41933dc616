/**
 * Two replicas behind a load balancer are replaced one after the other, under load: no call fails, no stream is cut, and nothing is
 * executed twice.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import tap, { test, type Test } from '../support/tap.ts'
import { Agent, request } from 'undici'
import { blocks } from '#sandbox/roller/lab.js'
import { asConnected, SECRET_KEY, startSimulators } from '../support/build.ts'
import { Balancer, type Backend } from '../support/balancer.ts'
import { startProcess, type Process } from '../service/fixture.ts'

tap.setTimeout(300_000) // starting processes is slow on a busy machine

/** Each replica once; more with RESTARTS. */
const RESTARTS = Number(process.env['RESTARTS'] ?? 2)
/** Calls a second, and concurrent streams. */
const PACE = 25
const STREAMS = 3
const STREAM_BYTES = 4_000_000
/** Duration of ROLLER's stream, while the replica holds it; its client reads for longer, and gets the end from socket buffers. */
const SEND_SECONDS = 2
const READ_SECONDS = 3
const STREAM_PATH = `/roller/sandbox/bytes/${STREAM_BYTES}?chunked=1&seconds=${SEND_SECONDS}`
const EXPECTED = [...blocks(STREAM_BYTES)].reduce((hash, block) => hash.update(block), createHash('sha256')).digest('hex')
/** High enough to reach no rate limit. */
const VENUES = Array.from({ length: 20 }, (_, index) => `venue-${index}`)

interface Replica { readonly process: Process, readonly backend: Backend }

test(`fails no call during ${RESTARTS} restarts`, async (t) => {
  const { nango, roller } = await startSimulators(t)
  for (const connectionId of VENUES) {
    nango.addConnection({ connectionId, clientId: connectionId, clientSecret: 'secret', ...asConnected(roller, connectionId) })
  }
  const balancer = await Balancer.start(t)
  const start = async (): Promise<Replica> => {
    const process = startProcess(
      t,
      {
        PORT: '0',
        NANGO_SECRET_KEY: SECRET_KEY,
        NANGO_HOST: nango.url,
        ROLLER_TRANSPORT: 'direct',
        ROLLER_BASE_URL: roller.url,
        LOG_LEVEL: 'warn',
        SHUTDOWN_DELAY: '2',
        SHUTDOWN_GRACE: '60',
        POLL_INTERVAL: '0'
      }
    )
    const backend = balancer.add(await process.url())
    await untilTrue(() => backend.ready)
    return { process, backend }
  }
  const replicas = await Promise.all([start(), start()])
  const load = startLoad(t, balancer.url)
  const removed: Array<Promise<void>> = []
  const processes = replicas.map(({ process }) => process)

  for (let restart = 0; restart < RESTARTS; restart++) {
    const old = replicas[restart % 2] as Replica // there are two
    // It must be streaming, or the restart proves nothing about streams.
    await untilTrue(() => [...old.backend.calls].some(({ path }) => path === STREAM_PATH))
    old.process.child.kill('SIGTERM')
    const [next, code] = await Promise.all([start(), old.process.exited])
    t.equal(code, 0, `restart ${restart + 1}`)
    t.match(old.process.stderr(), /^$/)
    removed.push(balancer.remove(old.backend))
    replicas[restart % 2] = next
    processes.push(next.process)
  }

  const { calls, streams, failures } = await load.stop()
  await Promise.all(removed)
  t.same(failures, [])
  if (failures.length > 0) t.comment(processes.map((process, index) => `replica ${index}: ${process.stdout()}`).join('\n'))
  const posts = roller.requests.filter(({ method }) => method === 'POST').map(({ url }) => url).filter(
    (url) => url.startsWith('/sandbox/count')
  )
  t.equal(new Set(posts).size, posts.length, 'no POST reached ROLLER twice')
  t.ok(posts.length > 0 && streams >= RESTARTS, `${streams} streams`)
  t.comment(`${RESTARTS} restarts, ${calls} calls and ${streams} streams of ${STREAM_BYTES / 1e6} MB: ${failures.length} failed`)
})

/** Sends at a steady rate, whatever the responses. */
function startLoad (t: Pick<Test, 'teardown'>, url: string) {
  const kept = new Agent({ connections: 20 })
  const failures: string[] = []
  const pending = new Set<Promise<void>>()
  const over = new AbortController()
  let calls = 0
  let streams = 0
  t.teardown(() => { over.abort(); return kept.destroy() })

  const watch = (work: Promise<string | null>): void => {
    const done = work.catch((error: unknown) => String(error)).then(
      (failure) => { if (failure !== null) failures.push(failure); pending.delete(done) }
    )
    pending.add(done)
  }
  const call = async (n: number): Promise<string | null> => {
    const headers = { 'connection-id': VENUES[n % VENUES.length] as string, ...(n % 7 === 0 && { connection: 'close' }) } // there are some
    const response = n % 3 === 0
      ? await request(
        `${url}/roller/sandbox/count?n=${n}`,
        { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: `{"n":${n}}`, dispatcher: kept }
      )
      : await request(`${url}/roller/products`, { headers, dispatcher: kept })
    const text = await response.body.text()
    calls++
    return response.statusCode === 200
      ? null
      : `call ${n}: ${response.statusCode} ${String(response.headers['x-balancer'] ?? '')} ${text.slice(0, 300)}`
  }
  const stream = async (n: number): Promise<string | null> => {
    const { statusCode, body } = await request(
      url + STREAM_PATH, { headers: { 'connection-id': VENUES[n % VENUES.length] as string }, dispatcher: kept }
    )
    const hash = createHash('sha256')
    const startedAt = Date.now()
    let bytes = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
      const ahead = startedAt + bytes / STREAM_BYTES * READ_SECONDS * 1_000 - Date.now()
      if (ahead > 50) await sleep(ahead)
    }
    streams++
    return statusCode === 200 && hash.digest('hex') === EXPECTED ? null : `stream ${n}: ${statusCode}, ${bytes} bytes`
  }
  const forever = async (lane: number): Promise<void> => {
    for (let n = lane; !over.signal.aborted; n += STREAMS) {
      const failure = await stream(n).catch((error: unknown) => `stream ${n}: ${String(error)}`)
      if (failure !== null) failures.push(failure)
    }
  }
  const lanes = Array.from({ length: STREAMS }, (_, lane) => forever(lane))
  let n = 0
  const timer = setInterval(() => { watch(call(n++)) }, 1_000 / PACE)
  t.teardown(() => { clearInterval(timer) })
  return {
    async stop () {
      clearInterval(timer)
      over.abort()
      await Promise.all([...lanes, ...pending])
      return { calls, streams, failures }
    }
  }
}

async function untilTrue (condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20)
}
