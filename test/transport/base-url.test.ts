/** The token is sent to the base URL, so only few forms are allowed. */
import { test } from '../support/tap.ts'
import { OptionsError, type RollerOptions } from 'fastify-roller'
import { isRollerBaseUrl } from 'fastify-roller/internal'
import { parseOptions } from '#plugin/options.js'
import { ConfigError, readConfig } from '#service/config/config.js'

const GOOD = [
  'https://api.roller.app', 'https://api.roller.app/', 'https://api.play.roller.app', 'https://roller.example.com:8443',
  'http://localhost:3000', 'http://127.0.0.1:1', 'http://127.9.9.9', 'http://[::1]:80'
]
const BAD = [
  'http://api.roller.app', 'http://10.0.0.1', 'http://localhost.example.com', 'http://127.0.0.1.example.com',
  'http://localhost@example.com',
  'http://[::2]',
  'https://user:pass@api.roller.app', 'https://user@api.roller.app', 'https://api.roller.app/v1', 'https://api.roller.app?',
  'https://api.roller.app/?x=1',
  'https://api.roller.app#x', 'https://api.roller.app//', 'https:\\\\api.roller.app', 'https://api.roller.app\n', 'https://', 'https://a b',
  'https://x:99999',
  'https://999.1.1.1', 'api.roller.app', '//api.roller.app', 'ftp://api.roller.app', 'file:///etc/passwd', 'javascript:1', ''
]
const options: RollerOptions = { nango: { secretKey: 'k' }, authorize: 'open' }

test('accepts https, or loopback, and nothing but the origin', async (t) => {
  for (const url of GOOD) t.ok(isRollerBaseUrl(url), url)
  for (const url of BAD) t.notOk(isRollerBaseUrl(url), JSON.stringify(url))
})

test('rejects an invalid one at registration, without its value', async (t) => {
  t.match(parseOptions(options), { transport: 'nango', environment: 'live', rollerBaseUrl: undefined }, 'the environment\'s own host')
  t.throws(() => parseOptions({ ...options, rollerBaseUrl: 'https://api.play.roller.app' }), /it is the host of the environment playground/)
  t.throws(
    () => parseOptions({ ...options, environment: 'playground', rollerBaseUrl: 'https://api.roller.app' }),
    /it is the host of the environment live/
  )
  for (const url of [...BAD, 7, null]) {
    t.throws(() => parseOptions({ ...options, rollerBaseUrl: url }), {
      message: /^fastify-roller: option rollerBaseUrl is wrong: expected an https address/, code: 'ROLLER_ERR_OPTIONS'
    })
  }
  try {
    parseOptions({ ...options, rollerBaseUrl: 'http://user:canary@x' })
  } catch (error) {
    t.ok(error instanceof OptionsError && !error.message.includes('canary'))
  }
  t.throws(() => parseOptions({ ...options, transport: 'tunnel' }), /option transport is wrong/)
})

test('is read from the service\'s environment', async (t) => {
  const url = 'http://127.0.0.1:9'
  t.match(readConfig({ ROLLER_TRANSPORT: 'direct', ROLLER_BASE_URL: url }), { transport: 'direct', rollerBaseUrl: url })
  const faults = (env: Record<string, string>): readonly string[] => {
    try { readConfig(env) } catch (error) { return error instanceof ConfigError ? error.faults : [] }
    return []
  }
  t.match(faults({ ROLLER_TRANSPORT: 'tunnel', ROLLER_BASE_URL: 'http://canary.example.com' }), [
    /^ROLLER_TRANSPORT must be one of/, /^ROLLER_BASE_URL must be an https address/
  ])
  t.notMatch(faults({ ROLLER_BASE_URL: 'http://canary.example.com' }).join(), 'canary')
})
