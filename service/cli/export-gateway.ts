/** The gateway of `roller-sidecar export`: the plugin without routes, with the settings of the service. */
import { openRoller, type AssemblyLog, type OpenRoller } from 'fastify-roller/internal'
import type { Config } from '../config/config.ts'
import { upstreamOptions, webhookOptions } from '../config/plugin-options.ts'

/** Warnings alone: the progress has the rest. */
const log: AssemblyLog = {
  info () {},
  warn: (...line: readonly unknown[]) => { process.stderr.write(`${String(line.at(-1))}\n`) },
  error: (...line: readonly unknown[]) => { process.stderr.write(`${String(line.at(-1))}\n`) }
}

/** Without a Nango, on a sandbox with three venues. */
export async function openGateway (config: Config): Promise<OpenRoller> {
  const sandbox = config.nango === null ? await (await import('../sandbox/export.ts')).startExportSandbox(config) : null
  const { nango, rollerBaseUrl, otherBaseUrl } = sandbox?.config ?? config
  if (nango === null) throw new Error('a sandbox has a Nango')
  const redis = config.redisUrl === null ? null : (await import('../config/redis.ts')).connectRedis(config.redisUrl, log)
  const { roller, close } = openRoller({
    ...upstreamOptions({ ...config, nango, rollerBaseUrl, otherBaseUrl }),
    ...webhookOptions(config.webhooks), // the service receives the messages of bulk exports
    authorize: 'open', // nothing listens
    usageAllowance: config.usageAllowance,
    rateLimits: { onRedisDown: config.onRedisDown, replicas: config.replicas },
    ...(redis !== null && { redis })
  }, log)
  return {
    roller,
    async close () {
      await close()
      redis?.disconnect()
      await sandbox?.close()
    }
  }
}

/** @returns why ROLLER's messages about bulk exports do not arrive here; undefined if they may */
export function bulkUnavailable ({ redisUrl, webhooks: { publicUrl }, nango }: Config): string | undefined {
  if (nango === null) return 'No service receives the webhooks of this sandbox.'
  const missing = [redisUrl === null ? 'REDIS_URL' : '', publicUrl === null ? 'PUBLIC_URL' : ''].filter((name) => name !== '')
  if (missing.length === 0) return undefined
  return `${missing.join(' and ')} of the service that receives ROLLER's webhooks ${missing.length === 1 ? 'is' : 'are'} not set.`
}
