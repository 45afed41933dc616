/** TypeBox's registries belong to the host: nothing of it is read, and nothing is written. */
import { FormatRegistry, Type, TypeRegistry } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { test } from '../support/tap.ts'
import { build, callsAtRoller, VENUE } from '../support/build.ts'

TypeRegistry.Set('StringEnum', () => { throw new Error('the host\'s kind was used') })
for (const format of ['date', 'date-time', 'uuid', 'email', 'uri', 'time']) FormatRegistry.Set(format, () => false)
const before = JSON.stringify([[...TypeRegistry.Entries().keys()], [...FormatRegistry.Entries().keys()]])

test('the host\'s own kinds and formats change no check of the plugin\'s, and stay as they are', async (t) => {
  const built = await build(t, { options: { transport: 'direct' } })
  const availability = (date: string) => built.app.inject({
    url: `/roller/product-availability?Date=${date}`, headers: VENUE
  })
  t.equal((await availability('2026-11-30')).statusCode, 200)
  t.match((await availability('soon')).json(), { code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/query/Date' }] })
  const created = await built.app.inject({ method: 'POST', url: '/connect-session', payload: {} })
  t.equal(created.statusCode, 201)
  t.equal(callsAtRoller(built).length, 1)
  t.equal(JSON.stringify([[...TypeRegistry.Entries().keys()], [...FormatRegistry.Entries().keys()]]), before)
  t.notOk(Value.Check(Type.String({ format: 'date' }), '2026-11-30'), 'the host\'s own format')
})
