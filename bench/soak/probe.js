/** Loaded into the service before it starts: on a message, reports to its parent what the process holds after a garbage collection. */
import { readdirSync } from 'node:fs'

process.on('message', () => {
  globalThis.gc()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  process.send({
    rss,
    heapUsed,
    external: external + arrayBuffers,
    handles: process.getActiveResourcesInfo().length,
    descriptors: readdirSync('/proc/self/fd').length
  })
})
process.channel.unref() // the service ends when it wants to
