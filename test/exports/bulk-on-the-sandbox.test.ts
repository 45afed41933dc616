/** The documented bulk export, on the sandbox as its page starts it: with either transport, and without naming ROLLER's address. */
import Fastify from 'fastify'
import { test } from '../support/tap.ts'
import roller from 'fastify-roller'
import { startSandbox } from 'roller-sandbox'
import { freePort } from '../support/free-port.ts'

for (const transport of ['nango', 'direct'] as const) {
  test(`bulkExport gives the sandbox's files (${transport})`, { timeout: 60_000 }, async (t) => {
    const sandbox = await startSandbox()
    t.teardown(() => sandbox.close())
    const port = await freePort()
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(roller, {
      nango: { secretKey: sandbox.secretKey, host: sandbox.nango.url },
      authorize: 'open',
      transport,
      ...(transport === 'direct' && { rollerBaseUrl: sandbox.roller.url }),
      publicUrl: `http://localhost:${port}`,
      rollerWebhookSecrets: ['secret-of-the-webhooks-now']
    })
    await app.listen({ host: 'localhost', port })
    const { connectionId } = sandbox
    await app.roller.webhooks.subscribe(connectionId)
    const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
    let records = 0
    const files = app.roller.bulkExport({ connectionId, exportType: 'BookingItems', startDate: day(-40), endDate: day(1) })
    for await (const { stream } of files) {
      let text = ''
      for await (const chunk of stream) text += String(chunk)
      records += (JSON.parse(text) as unknown[]).length
    }
    t.ok(records > 0, `${records} records`)
  })
}
