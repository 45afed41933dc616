import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

test('adds the venue\'s time zone to responses once it is known', async (t) => {
  const { app, nango } = await build(t)
  t.equal((await app.inject({ url: '/roller/products', headers: VENUE })).headers['roller-time-zone'], undefined, 'not known yet')
  t.equal((await app.inject({ url: '/roller/venues/me', headers: VENUE })).headers['roller-time-zone'], 'Australia/Brisbane')
  t.equal((await app.inject({ url: '/roller/products', headers: VENUE })).headers['roller-time-zone'], 'Australia/Brisbane')

  nango.addConnection({ connectionId: 'odd', clientId: 'badzone-1', clientSecret: 'x' })
  const odd = await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'odd' } })
  t.equal(odd.statusCode, 200)
  t.equal(odd.headers['roller-time-zone'], undefined, `an unusable zone is unknown, never UTC: ${String(odd.json().ianaTimeZone)}`)
})

test('keeps the time zone until the venue has another', async (t) => {
  const { app, roller } = await build(t)
  const zoneAfter = async (status: number, body: object): Promise<unknown> => {
    roller.faults.next({ path: /venues/, kind: 'status', status, body })
    await app.inject({ url: '/roller/venues/me', headers: VENUE })
    return (await app.inject({ url: '/roller/products', headers: VENUE })).headers['roller-time-zone']
  }
  t.equal(await zoneAfter(200, { ianaTimeZone: 'Australia/Brisbane' }), 'Australia/Brisbane')
  t.equal(await zoneAfter(404, {}), 'Australia/Brisbane', 'an error does not contain it')
  t.equal(await zoneAfter(200, { ianaTimeZone: '(UTC+10:00) Brisbane' }), undefined)
})
