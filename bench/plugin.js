// The plugin in an app, for options that the service has no setting for.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import { Redis } from 'ioredis'

const { PORT, HOME, OPTIONS, REDIS_PORT } = process.env
const { default: roller } = await import(pathToFileURL(join(HOME, 'plugin/dist/index.js')).href)
const app = Fastify()
await app.register(roller, { authorize: 'open', ...JSON.parse(OPTIONS), ...(REDIS_PORT !== undefined && { redis: new Redis(Number(REDIS_PORT)) }) })
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
