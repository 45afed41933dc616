/** One replica: an app with the plugin and its own Redis client, configured by its parent. */
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { roller } from 'fastify-roller/internal'
import type { Report, Setup } from './messages.ts'

const send = (report: Report): void => { process.send?.(report) }

async function serve ({ redisPort, nangoUrl, secretKey, rateLimits }: Setup): Promise<void> {
  const redis = new Redis(redisPort, '127.0.0.1')
  const app = Fastify()
  await app.register(roller, { authorize: 'open', nango: { secretKey, host: nangoUrl }, redis, rateLimits })
  app.addHook('onClose', () => { redis.disconnect() })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  process.once('message', () => {
    delay.disable()
    send({ stalledMs: delay.max / 1e6 })
    app.close().then(() => process.disconnect(), () => process.exit(1))
  })
  send({ port: (app.server.address() as AddressInfo).port })
}

process.once('message', (setup: Setup) => {
  serve(setup).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
process.once('disconnect', () => process.exit())
