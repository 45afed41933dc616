/** Documents that need no key contain no value of the configuration. */
import { test, type Test } from '../support/tap.ts'
import { buildApp } from '#service/app.js'
import { readConfig } from '#service/config/config.js'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { KEY } from './fixture.ts'

const CANARY = 'canary-3c70'
const WEBHOOK_SECRET = `${CANARY}-of-the-webhooks`
const TARGET_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const ENV = {
  API_KEYS: JSON.stringify([{ name: `${CANARY}-caller`, key: KEY, scopes: ['roller:read', 'metrics'] }]),
  ROLLER_CONNECTION_ID: `${CANARY}-connection`,
  NANGO_INTEGRATION_ID: `${CANARY}-integration`,
  NANGO_WEBHOOK_SIGNING_KEY: `${CANARY}-signing-key`,
  ROLLER_WEBHOOK_SECRET: WEBHOOK_SECRET,
  WEBHOOK_TARGET_URL: `http://${CANARY}-target/hook`,
  WEBHOOK_TARGET_SECRET: TARGET_SECRET,
  PUBLIC_URL: `https://${CANARY}-public.example.com`,
  ROLLER_BASE_URL: `https://${CANARY}-roller.example.com`,
  CORS_ORIGINS: `https://${CANARY}-origin.example.com`,
  JWT_JWKS_URL: `https://${CANARY}-issuer.example.com/keys`,
  JWT_ISSUER: `https://${CANARY}-issuer.example.com/`,
  JWT_AUDIENCE: `${CANARY}-audience`,
  JWT_SCOPE_CLAIM: `${CANARY}-claim`,
  TRUST_PROXY: '10.99.98.97',
  STREAM_LIMIT: '87654321'
}
const VALUES = [CANARY, KEY, TARGET_SECRET, '10.99.98.97', '87654321']

/** As the process builds it: without a connection id as an example. */
async function service (t: Test, env: Record<string, string>) {
  const { nango: simulator } = await startSimulators(t)
  const { nango, ...config } = readConfig({
    NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: simulator.url, LOG_LEVEL: 'silent', ...env
  })
  if (nango === null) throw new Error('the key is given')
  const app = await buildApp({ config: { ...config, nango } })
  t.teardown(() => app.close())
  return { app, nango: simulator }
}

test('serves documents, health, problems and rejections', async (t) => {
  const { app, nango } = await service(t, ENV)
  const calls: [method: 'GET' | 'POST', url: string][] = [
    ['GET', '/openapi.json'], ['GET', '/docs/'], ['GET', '/docs/json'], ['GET', '/docs/yaml'],
    ['GET', '/docs/static/swagger-initializer.js'],
    ['GET', '/health'], ['GET', '/ready'],
    ['GET', '/problems/ROLLER_ERR_RATE_LIMITED'], ['GET', '/nothing'], ['GET', '/metrics'],
    ['GET', '/connections'], ['GET', '/roller/venues/me'],
    ['POST', '/webhooks/nango'], ['POST', '/webhooks/roller/x'], ['GET', '/%ff'], ['GET', '/']
  ]
  for (const [method, url] of calls) {
    const { body, headers } = await app.inject({ method, url })
    const text = body + JSON.stringify(headers)
    for (const value of [...VALUES, new URL(nango.url).host]) t.notOk(text.includes(value), `${url} has ${value}`)
  }
})

test('serves metrics with the scope', async (t) => {
  const { app } = await service(t, ENV)
  const { body, statusCode } = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${KEY}` } })
  t.equal(statusCode, 200)
  t.notOk(body.includes(CANARY))
})

test('does not use ROLLER_CONNECTION_ID as an example in the document', async (t) => {
  const { app } = await service(t, { ROLLER_CONNECTION_ID: 'canary-venue' })
  t.notMatch((await app.inject({ url: '/openapi.json' })).body, 'canary-venue')
})
