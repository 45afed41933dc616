import { test } from 'tap'
import { buildApp } from '../../service/app.ts'
import { readConfig } from '../../service/config.ts'
import { CONNECTION_ID, SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'

test('/metrics counts requests and what the rate budgets do, without a connection id', async (t) => {
  const { nango, roller } = await startSimulators(t)
  const config = readConfig({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, LOG_LEVEL: 'silent', API_KEYS: 'a-key-of-the-callers', MAX_WAIT: '0' })
  const app = await buildApp({ config: { ...config, nango: { secretKey: SECRET_KEY, host: nango.url, integrationId: 'roller' } } })
  t.teardown(() => app.close())
  const headers = { ...VENUE, authorization: 'Bearer a-key-of-the-callers' }
  t.equal((await app.inject({ url: '/metrics' })).statusCode, 401, 'asks for a key')

  await app.inject({ url: '/roller/venues/me', headers })
  roller.faults.next({ path: /products/, kind: 'status', status: 429, headers: { 'retry-after': '9' } })
  await app.inject({ url: '/roller/products', headers })
  await app.inject({ url: '/roller/products', headers })
  const { body } = await app.inject({ url: '/metrics', headers })
  t.match(body, 'roller_budget_used_total{budget="rest"} 2\n')
  t.match(body, 'roller_budget_refused_total{budget="rest",reason="wall"} 1\n')
  t.match(body, 'roller_cooling_off_total{whose="connection"} 1\n')
  t.match(body, /roller_request_seconds_count\{method="GET",route="\/roller\/venues\/me",status="2xx",by="roller"\} 1\n/)
  t.notMatch(body, CONNECTION_ID)
})
