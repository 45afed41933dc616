/** The simulated Nango of the sandbox, with the venues of the load. */
import { startNangoSimulator } from '#sandbox/nango.js'
import { asVerified } from '../../test/support/build.ts'
import { NANGO_KEY, venue, VENUES } from '../workloads.ts'

const { PORT, ROLLER_URL = '' } = process.env
const nango = await startNangoSimulator({ port: Number(PORT), secretKey: NANGO_KEY, rollerUrl: ROLLER_URL })
for (let index = 1; index <= VENUES; index++) {
  const clientId = venue(index)
  const verified = asVerified({ id: String(index), environment: 'live', name: null, timeZone: null, currency: null, locale: null })
  nango.addConnection({ connectionId: clientId, clientId, clientSecret: 'secret', ...verified })
}
