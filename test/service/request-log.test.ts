import Fastify, { LogController, type FastifyInstance } from 'fastify'
import { test } from 'tap'
import { requestLog } from '#service/observability/request-log.js'

function build (): { app: FastifyInstance, lines: () => Record<string, unknown>[], made: () => number } {
  const written: string[] = []
  let children = 0
  const app = Fastify({
    logger: { level: 'info', stream: { write: (line: string) => { written.push(line) } }, redact: ['*.token'], onChild: () => { children++ } },
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: requestLog
  })
  app.get('/quiet', async (request) => request.log.level)
  app.get('/loud', async (request) => {
    request.log.warn({ answer: { token: 'canary' } }, 'it is %s', 'late')
    request.log.child({ part: 'two' }).error('and wrong')
    request.log.debug('nobody asked')
    return 'ok'
  })
  app.get('/strict', { logLevel: 'error' }, async (request) => {
    request.log.warn('kept back')
    request.log.error('let out')
    return request.log.level
  })
  return { app, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>), made: () => children }
}

test('a request that logs nothing has no logger made for it', async (t) => {
  const { app, lines, made } = build()
  const before = made()
  t.equal((await app.inject('/quiet')).body, 'info')
  t.same(lines(), [])
  t.equal(made(), before)
})

test('what a request logs carries its id, goes through the redaction, and has children', async (t) => {
  const { app, lines, made } = build()
  const before = made()
  await app.inject('/loud')
  t.match(lines(), [
    { level: 40, reqId: 'req-1', msg: 'it is late', answer: { token: '[Redacted]' } }, { level: 50, reqId: 'req-1', part: 'two', msg: 'and wrong' }
  ])
  t.equal(lines().length, 2)
  t.equal(made() - before, 2, 'one for the request, one that it made itself')
})

test('a route\'s own level holds', async (t) => {
  const { app, lines } = build()
  t.equal((await app.inject('/strict')).body, 'error')
  t.match(lines(), [{ msg: 'let out' }])
  t.equal(lines().length, 1)
})
