/** Preloaded into the service: on a message, sends its parent the memory and handles of the process after a garbage collection. */
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
process.channel.unref() // does not keep the process alive
