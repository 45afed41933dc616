/** Fetching a file: allowed hosts only, no credentials, no redirects, and a timeout for every wait. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { test, type Test } from '../support/tap.ts'
import { Agent } from 'undici'
import { fileStream, type FileSource } from '#plugin/client/bulk-export-file.js'
import { parseOptions } from '#plugin/options.js'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from './fixture.ts'

async function serve (t: Test, listener: RequestListener): Promise<{ url: string, requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => { requests.push(request); listener(request, response) })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

function source (t: Test, fields: Partial<Omit<FileSource, 'clock'>> = {}): FileSource & { clock: ManualClock } {
  const dispatcher = new Agent()
  t.teardown(() => dispatcher.destroy())
  const clock = new ManualClock()
  return { dispatcher, timeouts: { headers: 5_000, idle: 5_000 }, allowLoopback: true, ...fields, clock }
}

async function read (source: FileSource, url: string, signal?: AbortSignal): Promise<string> {
  let text = ''
  for await (const chunk of fileStream(source, url, 'The file', signal)) text += String(chunk)
  return text
}

test('returns the raw bytes, and sends no credentials', async (t) => {
  const { url, requests } = await serve(t, (_request, response) => { response.end('[{"id":1}]') })
  t.equal(await read(source(t), `${url}/x.json?X-Amz-Signature=abc`), '[{"id":1}]')
  t.equal(requests[0]?.url, '/x.json?X-Amz-Signature=abc')
  t.strictSame(Object.keys(requests[0]?.headers ?? {}).sort(), ['connection', 'host'])
})

test('fetches only from https, and from loopback for a ROLLER on loopback', async (t) => {
  const { url, requests } = await serve(t, (_request, response) => { response.end('x') })
  const strict = source(t, { allowLoopback: false })
  for (
    const address of [
      url, 'http://files.example.com/x', 'ftp://files.example.com/x', 'file:///etc/passwd', 'no address',
      'https://user:password@files.example.com/x', 'https://:password@files.example.com/x'
    ]
  ) {
    await t.rejects(read(strict, address), { code: 'ROLLER_ERR_UNREACHABLE', detail: 'The file is not at an https address.' }, address)
  }
  await t.rejects(
    read(source(t), 'http://169.254.169.254/latest'), { code: 'ROLLER_ERR_UNREACHABLE', detail: 'The file is not at an https address.' }
  )
  t.strictSame(requests, [])
})

const OTHER_HOST = {
  code: 'ROLLER_ERR_UNREACHABLE', detail: 'The file is at a host that is none of ROLLER\'s file hosts.', hint: /bulkExportHosts/
}

test('only from ROLLER\'s file hosts, and from no address', async (t) => {
  const requested: string[] = []
  const dispatcher = new Agent().compose(() => (options) => {
    requested.push(String(options.origin))
    throw new Error('no host is called in a test')
  })
  t.teardown(() => dispatcher.destroy())
  const strict = source(t, { dispatcher, allowLoopback: false })
  for (const address of [
    'https://files.example.com/x', 'https://169.254.169.254/latest', 'https://127.0.0.1/x', 'https://localhost/x', 'https://[::1]/x',
    'https://2130706433/x',
    'https://0x7f.1/x', 'https://roller.app.example.com/x', 'https://notroller.app/x', 'https://roller.app/x',
    'https://files.roller.app./x',
    'https://ec2-10-0-0-1.compute-1.amazonaws.com/x', 'https://internal-x.eu-west-1.elb.amazonaws.com/x',
    'https://x.s3.evil.amazonaws.com/x',
    'https://s3.amazonaws.com.example.com/x', 'https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com/x', 'https://x/y'
  ]) await t.rejects(read(strict, address), OTHER_HOST, address)
  t.strictSame(requested, [])
  for (const host of [
    'files.roller.app', 'cdn.rollerdigital.com', 'bucket.s3.amazonaws.com', 's3.amazonaws.com', 'bucket.s3.ap-southeast-2.amazonaws.com',
    's3.us-east-1.amazonaws.com', 'bucket.name.s3.dualstack.eu-west-1.amazonaws.com'
  ]) {
    const ended = new AbortController()
    const failed = read(strict, `https://${host}/x`, ended.signal).catch(() => {})
    await until(() => requested.includes(`https://${host}`))
    ended.abort()
    await failed
  }
})

test('replaces the allowed hosts by an option', async (t) => {
  const requested: string[] = []
  const dispatcher = new Agent().compose(() => (options) => {
    requested.push(String(options.origin))
    throw new Error('no host is called in a test')
  })
  t.teardown(() => dispatcher.destroy())
  const own = source(t, { dispatcher, allowLoopback: false, hosts: ['files.example.com', '*.example.org'] })
  for (const address of ['https://files.roller.app/x', 'https://a.files.example.com/x', 'https://example.org/x',
    'https://example.organic/x']) {
    await t.rejects(read(own, address), OTHER_HOST, address)
  }
  for (const host of ['files.example.com', 'a.b.example.org']) {
    const ended = new AbortController()
    const failed = read(own, `https://${host}/x`, ended.signal).catch(() => {})
    await until(() => requested.includes(`https://${host}`))
    ended.abort()
    await failed
  }
  const nango = { secretKey: 'k' }
  for (const hosts of [['10.0.0.1'], ['https://files.example.com'], ['*'], ['*.'], ['localhost'], ['Files.example.com'],
    ['a.example.com:8443'], ['[::1]'], ['*.com.']]) {
    t.throws(() => parseOptions({ nango, authorize: 'open', bulkExportHosts: hosts }), /option bulkExportHosts/, hosts.join())
  }
  t.same(parseOptions({ nango, authorize: 'open', bulkExportHosts: ['files.example.com', '*.example.org'] }).bulkExportHosts,
    ['files.example.com', '*.example.org'])
})

test('follows no redirects', async (t) => {
  const { url, requests } = await serve(t, (_request, response) => { response.writeHead(302, { location: '/elsewhere' }).end() })
  await t.rejects(read(source(t), url), { code: 'ROLLER_ERR_UNREACHABLE', detail: /was answered with 302/ })
  t.equal(requests.length, 1)
})

test('does not retry an expired link', async (t) => {
  const { url, requests } = await serve(t, (_request, response) => { response.writeHead(403).end('<Error>Request has expired</Error>') })
  const error = await read(source(t), `${url}/x.json?signature=canary`).catch((error: unknown) => error)
  t.match(error, { code: 'ROLLER_ERR_UNREACHABLE', message: /answered with 403.*5 days/ })
  t.notMatch(inspect(error, { depth: 5 }), /canary|127\.0/, 'the link opens the file, and is in no error')
  t.equal(requests.length, 1)
})

test('retries a failure before the first byte twice', async (t) => {
  const responses: RequestListener[] = [
    (request) => { request.socket.destroy() }, (_request, response) => { response.writeHead(503).end('busy') }
  ]
  let count = 0
  const { url } = await serve(
    t, (request, response) => { const handle = responses[count++]; handle === undefined ? response.end('here') : handle(request, response) }
  )
  const from = source(t)
  const text = read(from, url)
  for (const ms of [1_000, 5_000]) {
    await until(() => from.clock.waits.includes(ms))
    from.clock.advance(ms)
  }
  t.equal(await text, 'here')

  count = -10
  responses[-10] = responses[-9] = responses[-8] = (_request, response) => { response.writeHead(500).end() }
  const failing = source(t)
  const failed = read(failing, url).catch((error: unknown) => error)
  for (const ms of [1_000, 5_000]) {
    await until(() => failing.clock.waits.includes(ms))
    failing.clock.advance(ms)
  }
  t.match(await failed, { code: 'ROLLER_ERR_UNREACHABLE', detail: 'The file could not be fetched (status 500).' })
  t.equal(count, -7)
})

test('rejects a truncated file', async (t) => {
  const { url, requests } = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('[1,2')
    setTimeout(() => response.destroy(), 20)
  })
  await t.rejects(read(source(t), url), { code: 'ROLLER_ERR_UNREACHABLE' })
  t.equal(requests.length, 1, 'the reader has had a part of it')
})

test('times out on a stalled body', async (t) => {
  const { url } = await serve(t, (_request, response) => { response.writeHead(200, { 'content-length': 100 }).write('[1,2') })
  await t.rejects(
    read(source(t, { timeouts: { headers: 5_000, idle: 50 } }), url), { code: 'ROLLER_ERR_UNREACHABLE', detail: /UND_ERR_BODY_TIMEOUT/ }
  )
})

test('cancels the download when the reader stops', async (t) => {
  let closed = false
  const { url } = await serve(t, (_request, response) => { response.on('close', () => { closed = true }).write('x'.repeat(1_000)) })
  const left = fileStream(source(t), url, 'The file', undefined)
  await new Promise((resolve) => left.once('data', resolve))
  left.destroy()
  await until(() => closed)
  closed = false
  const controller = new AbortController()
  const stream = fileStream(source(t), url, 'The file', controller.signal)
  await t.rejects(
    async () => { for await (const chunk of stream) { t.ok(chunk); controller.abort(new Error('enough')) } }, { message: 'enough' }
  )
  await until(() => closed)
})
