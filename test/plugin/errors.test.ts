/** The error table is consistent, and each of its errors becomes a valid problem document. */
import { checkerOf } from '#plugin/operations/checker.js'
import { test } from '../support/tap.ts'
import { errorDefinitions, isRollerError, RollerError, type ErrorCode } from 'fastify-roller'
import { toProblem, toRollerError } from 'fastify-roller/internal'
import { Problem } from '#plugin/problem.js'

const codes = Object.keys(errorDefinitions) as ErrorCode[] // the keys of a literal

test('defines a status, a title and a hint for every error', async (t) => {
  t.ok(codes.length > 15)
  for (const code of codes) {
    const { status, layer, title, hint } = errorDefinitions[code]
    t.match(code, /^ROLLER_ERR_[A-Z_]+$/)
    t.ok(Number.isInteger(status) && status >= 400 && status <= 504, `${code} has an error status`)
    t.match(layer, /^(caller|gateway|nango|roller|network)$/, code)
    t.match(title, /^[A-Z].*[^.]$/, `${code}: a title has no full stop`)
    t.match(hint, /^[A-Z].*\.$/s, `${code}: a hint ends with a full stop`)
    if (layer === 'caller') t.ok(status < 500, `${code}: what the caller has to change is a 4xx`)
    if (layer === 'network') t.ok(status >= 500, `${code}: what the network did is a 5xx`)
  }
  const titles = codes.map((code) => errorDefinitions[code].title)
  t.equal(new Set(titles).size, titles.length, 'no two have the same title')
  t.not(errorDefinitions.ROLLER_ERR_CREDENTIALS_REJECTED.status, 401 as number, 'a 401 would blame the caller\'s own key')
})

test('converts every error to a valid problem document', async (t) => {
  for (const code of codes) {
    const bare = toProblem(new RollerError(code), 'req-1')
    t.ok(checkerOf(Problem).check(bare), code)
    t.equal(bare.type, `/problems/${code}`)
    const full = toProblem(new RollerError(code, {
      detail: 'd',
      hint: 'h',
      layer: 'nango',
      retryAfter: 0.2,
      upstream: { status: 500, body: { a: 1 } },
      errors: [{ pointer: '/body', detail: 'x' }]
    }), 'req-1')
    t.ok(checkerOf(Problem).check(full), `${code} with everything`)
    t.match(full, { retryAfter: 1, upstream: { status: 500 }, errors: [{ pointer: '/body' }], layer: 'nango' })
  }
  t.notOk(checkerOf(Problem).check({ ...toProblem(new RollerError('ROLLER_ERR_PATH'), 'x'), code: 'OTHER' }), 'the schema does look')
})

test('recognizes an error of another copy of the package, and nothing else', async (t) => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('fastify-roller.error')]: true })
  t.ok(isRollerError(new RollerError('ROLLER_ERR_PATH')))
  t.ok(isRollerError(foreign))
  for (const other of [new Error('x'), null, undefined, 'ROLLER_ERR_PATH', { code: 'ROLLER_ERR_PATH' }]) t.notOk(isRollerError(other))
})

test('has a message, a cause and Fastify\'s statusCode', async (t) => {
  const cause = new Error('why')
  const error = new RollerError('ROLLER_ERR_TIMEOUT', { cause })
  t.ok(error instanceof Error)
  t.match(error, { name: 'RollerError', statusCode: 504, message: 'The upstream request timed out.', cause })
})

test('hides the text of unknown errors', async (t) => {
  for (const thrown of [new Error('canary'), 'canary', null, { statusCode: 'canary' }, new TypeError('canary')]) {
    const error = toRollerError(thrown)
    t.equal(error.code, 'ROLLER_ERR_INTERNAL')
    t.notMatch(JSON.stringify(toProblem(error, 'x')), 'canary')
  }
  t.match(toRollerError({ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }), { statusCode: 413 })
  t.match(toRollerError({ statusCode: 404 }), { code: 'ROLLER_ERR_NOT_FOUND' })
})
