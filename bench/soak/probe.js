/** Loaded into the service before it starts: tells its parent, when asked, what the process holds after a full collection of garbage. */
import { readdirSync } from 'node:fs'

process.on('message', () => {
  globalThis.gc()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  process.send({
    rss, heapUsed, external: external + arrayBuffers, handles: process.getActiveResourcesInfo().length, descriptors: readdirSync('/proc/self/fd').length
  })
})
process.channel.unref() // the service ends when it wants to
