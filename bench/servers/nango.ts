/** The simulated Nango of the sandbox, with as many venues as the load has, and the delay of a real server on what it passes on. */
import { startNangoSimulator } from '#sandbox/nango.js'
import { asVerified } from '../../test/support/build.ts'
import { NANGO_KEY, venue, VENUES } from '../workloads.ts'

/** What Nango's own hop and work take on a real server. Milliseconds. */
const DELAY = 40

const { PORT, ROLLER_URL = '' } = process.env
const nango = await startNangoSimulator({ port: Number(PORT), secretKey: NANGO_KEY, rollerUrl: ROLLER_URL, proxyDelay: DELAY })
for (let index = 1; index <= VENUES; index++) {
  nango.addConnection({
    connectionId: venue(index),
    clientId: venue(index),
    clientSecret: 'secret',
    ...asVerified({ id: String(index), environment: 'live', name: null, timeZone: null, currency: null, locale: null })
  })
}
