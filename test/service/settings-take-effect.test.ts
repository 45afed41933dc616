/** Every variable that sets an option of the plugin reaches it: a setting without effect would be noticed only when it is needed. */
import { test } from '../support/tap.ts'
import type { AllOptions } from 'fastify-roller/internal'
import { readConfig } from '#service/config/config.js'
import { createMetrics } from '#service/observability/metrics.js'
import { rollerOptions, type RollerParts } from '#service/roller-options.js'
import { service } from './fixture.ts'

const SETTINGS: readonly (readonly [variables: Record<string, string>, options: object])[] = [
  [{ NANGO_WEBHOOK_SIGNING_KEY: 'new,old' }, { nango: { webhookSigningKeys: ['new', 'old'] } }],
  [{ NANGO_HOST: 'http://nango:3003', NANGO_INTEGRATION_ID: 'venues' }, { nango: { host: 'http://nango:3003', integrationId: 'venues' } }],
  [{ NANGO_PUBLIC_HOST: 'https://nango.example.com' }, { nango: { publicHost: 'https://nango.example.com' } }],
  [{ NANGO_CONNECT_URL: 'https://connect.example.com' }, { nango: { connectUrl: 'https://connect.example.com' } }],
  [{ NANGO_HOST: 'http://nango:3003' }, { connectPage: false }],
  [{ ROLLER_ENVIRONMENT: 'playground', ROLLER_TRANSPORT: 'direct' }, { environment: 'playground', transport: 'direct' }],
  [{ ROLLER_BASE_URL: 'https://r.example.com' }, { rollerBaseUrl: 'https://r.example.com', otherBaseUrl: 'https://r.example.com' }],
  [{ ROLLER_CONNECTION_ID: 'demo-venue' }, { connection: 'demo-venue' }],
  [{ ROLLER_READ_ONLY: 'true' }, { readOnly: true }],
  [{ ROLLER_OPERATIONS_ALLOW: 'Products', ROLLER_OPERATIONS_DENY: 'Staff' }, { operations: { allow: ['Products'], deny: ['Staff'] } }],
  [{ PUBLIC_URL: 'https://gateway.example.com' }, { publicUrl: 'https://gateway.example.com' }],
  [{ ROLLER_WEBHOOK_SECRET: 'a-secret-of-webhooks' }, { rollerWebhookSecrets: ['a-secret-of-webhooks'] }],
  [{ CACHE: 'GET /products=60' }, { cache: { 'GET /products': 60_000 } }],
  [{ STREAM_LIMIT: '200' }, { streamLimit: 200 }],
  [{ POLL_INTERVAL: '5' }, { pollInterval: 5000 }],
  [{ USAGE_ALLOWANCE: '1000' }, { usageAllowance: 1000 }],
  [{ MAX_WAIT: '7' }, { rateLimits: { maxWait: 7000 } }],
  [{ ON_REDIS_DOWN: 'reject' }, { rateLimits: { onRedisDown: 'reject' } }],
  [{ REPLICAS: '3', REDIS_URL: 'redis://redis' }, { rateLimits: { replicas: 3 } }],
  [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.local' }, { proxy: { https: 'http://proxy:3128', noProxy: '.local' } }]
]

test('gives the plugin every setting of the environment', async (t) => {
  for (const [variables, options] of SETTINGS) t.match(optionsFor(variables), options, Object.keys(variables).join())
})

test('keeps connections for as long as KEEP_ALIVE_TIMEOUT says', async (t) => {
  const { app } = await service(t, { KEEP_ALIVE_TIMEOUT: '2' })
  t.equal(app.server.keepAliveTimeout, 2000)
})

test('gives the plugin Redis', async (t) => {
  const redis = {} as NonNullable<RollerParts['redis']> // only passed on
  t.equal(optionsFor({}, redis).redis, redis)
})

function optionsFor (variables: Record<string, string>, redis: RollerParts['redis'] = null): AllOptions {
  const config = readConfig({ NANGO_SECRET_KEY: 'k', ...variables })
  if (config.nango === null) throw new Error('there is a key')
  return rollerOptions({ ...config, nango: config.nango }, {
    authenticated: false, metrics: createMetrics(), tracing: undefined, redis, target: null, eventLog: null, readExports: null
  })
}
