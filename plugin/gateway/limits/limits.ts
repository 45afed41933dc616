import type { RateLimitName } from '../../operations/operation.ts'

export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

export interface RateLimitOptions {
  readonly rest?: Partial<RateLimit>
  readonly reporting?: Partial<RateLimit>
  /** One export per type and venue: only its window can be set. */
  readonly bulk?: { readonly windowMs?: number }
  /** Part of every limit that stays unused, 0 to 0.5. */
  readonly margin?: number
  /** Milliseconds by which every window is longer than ROLLER's. */
  readonly jitter?: number
}

/** ROLLER's published limits for each credential pair. An older help page has 1 request/s, so every value is an option. */
export const ROLLER_LIMITS: Readonly<Record<RateLimitName, RateLimit>> = {
  rest: { limit: 600, windowMs: 60_000 },
  reporting: { limit: 120, windowMs: 60_000 },
  bulk: { limit: 1, windowMs: 21_600_000 }
}

/** Unused, because other programs with the same credentials may call too: ROLLER counts them together. */
const DEFAULT_MARGIN = 0.03

/**
 * ROLLER counts arrivals, the log counts departures. Two calls sent exactly a window apart, of which the first takes 400 ms to arrive and
 * the second 20 ms, arrive 380 ms closer. A window this much longer than ROLLER's absorbs the difference, and late timers, for less than 1
 * % of a limit of 60 s. It does not scale with the window, since the variation depends on the network. With a much shorter window (ROLLER's
 * older help page has 1 request/s) it costs much of the limit, so it is an option.
 */
const JITTER_MS = 500

/** A published limit with margins. At least one call always remains. */
export function effectiveLimit (published: RateLimit, margin: number = DEFAULT_MARGIN, jitter: number = JITTER_MS): RateLimit {
  const { limit, windowMs } = published
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError('a rate limit must be a whole number of at least 1')
  if (!(windowMs > 0 && Number.isFinite(windowMs))) throw new RangeError('the window of a rate limit must be above 0 ms')
  if (!(margin >= 0 && margin <= 0.5)) throw new RangeError('the margin of a rate limit must lie between 0 and 0.5')
  if (!(jitter >= 0 && Number.isFinite(jitter))) throw new RangeError('the jitter of a rate limit must be 0 ms or more')
  return { limit: Math.max(1, limit - Math.ceil(limit * margin)), windowMs: windowMs + jitter }
}

/** The windows of one connection: ROLLER's values or the operator's, with margins. */
export function effectiveLimits (options: RateLimitOptions = {}): Readonly<Record<RateLimitName, RateLimit>> {
  return {
    rest: effectiveLimit({ ...ROLLER_LIMITS.rest, ...options.rest }, options.margin, options.jitter),
    reporting: effectiveLimit({ ...ROLLER_LIMITS.reporting, ...options.reporting }, options.margin, options.jitter),
    bulk: effectiveLimit({ ...ROLLER_LIMITS.bulk, ...options.bulk }, options.margin, options.jitter)
  }
}
