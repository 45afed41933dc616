/** Shutdown: ready returns 503, a pause for load balancers to notice, then calls in flight are finished. A second signal exits at once. */
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Rejects calls that wait for a rate limit. */
    releaseWaiting: () => void
  }
}

export interface ShutdownOptions {
  readonly app: FastifyInstance
  /** Milliseconds in which everything is still served. */
  readonly delay: number
  /** Milliseconds for calls in flight after that. */
  readonly grace: number
  /** Runs when no call is in flight. @param timeLeft milliseconds in which it has to end, or the process fails */
  readonly after: (timeLeft: number) => Promise<void>
}

/** Waiting callers are rejected this long before the grace period ends, so that the response is still sent. Part of the grace period. */
const RELEASE_AFTER = 0.9
/** Part of the remaining time for what runs last, so that it ends in time. */
const LAST_PART = 0.9

export function shutDownOnSignal ({ app, delay, grace, after }: ShutdownOptions): void {
  closeWithGrace({
    delay: delay + grace,
    logger: false,
    onTimeout: () => { app.log.error('calls still in flight after the grace period are cancelled') },
    onSecondSignal: (signal) => { app.log.warn({ signal }, 'second signal: exiting at once') }
  }, async ({ signal, err: error }) => {
    if (error !== undefined) app.log.fatal({ err: error }, 'closing after an error')
    else app.log.info({ signal }, 'closing: calls in flight are finished first')
    const end = performance.now() + delay + grace
    app.drain()
    if (error === undefined && delay > 0) await new Promise((resolve) => { setTimeout(resolve, delay) })
    const release = setTimeout(() => { app.releaseWaiting() }, grace * RELEASE_AFTER)
    await app.close()
    clearTimeout(release)
    await after((end - performance.now()) * LAST_PART)
  })
}
