/** With CORS, an OPTIONS that is no preflight gets what it gets without. */
import { test } from '../support/tap.ts'
import { KEY, service } from './fixture.ts'

test('leaves an OPTIONS that is no preflight to its route', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY, CORS_ORIGINS: 'https://app.example.com' })
  const options = async (url: string, headers = {}) => await app.inject({ method: 'OPTIONS', url, headers })
  for (const headers of [{}, { origin: 'https://app.example.com' }]) {
    t.match(await options('/roller/bookings', headers), { statusCode: 204, headers: { allow: /POST/ } })
    t.match((await options('/connections', headers)).json(), { status: 404, code: 'ROLLER_ERR_NOT_FOUND' })
    t.equal((await options('/webhooks/roller/demo-venue', headers)).statusCode, 500, 'a final status of ROLLER\'s webhooks')
  }
})
