/** A secret that is logged by mistake is redacted, and an error is logged without the fields that a library adds. */
import type { FastifyRequest, FastifyReply } from 'fastify'
import { pino, type LoggerOptions } from 'pino'
import { test } from '../support/tap.ts'
import { loggerOptions, requestLogger } from '#service/observability/logging.js'

const CANARY = 'canary-9c41'

test('redacts secrets in any line', async (t) => {
  const lines: string[] = []
  const options = loggerOptions('info', (id) => `hash of ${id.length}`) as LoggerOptions // for any level but silent
  const log = pino({ redact: options.redact, serializers: options.serializers } as LoggerOptions, { write: (line) => { lines.push(line) } })
  for (const name of ['authorization', 'Authorization', 'secretKey', 'clientSecret', 'client_secret', 'access_token', 'token']) {
    log.info({ body: { [name]: CANARY } }, 'by mistake')
  }
  log.info({ req: { method: 'GET', routeOptions: { url: '/x' }, url: `/x?${CANARY}`, headers: { cookie: CANARY } } }, 'by mistake')
  log.info({ res: { headers: { 'set-cookie': CANARY } } }, 'by mistake')
  log.info({ err: Object.assign(new Error('failed'), { config: CANARY, request: CANARY, response: CANARY, more: CANARY }) }, 'an error')
  log.info({ connectionId: CANARY }, 'a connection')
  t.notMatch(lines.join(''), CANARY)
  t.match(lines.at(-1), '"connectionId":"hash of 11"')
  t.match(lines.join(''), /"message":"failed"/)
})

test('logs no request with LOG_LEVEL=silent', async (t) => {
  t.equal(loggerOptions('silent', (id) => id), false)
  // as without a logger
  const request = { log: {}, get rollerCall () { throw new Error('a line is written') } } as unknown as FastifyRequest
  t.doesNotThrow(() => { requestLogger({ nameConnection: (id) => id })(request, {} as FastifyReply) }) // the reply is not read
})
