/** Waits that an upstream asks for. None is believed beyond its bound: a header from outside must not close a venue for a week. */

/** Bounds of what an upstream may ask for, in seconds. */
export const MAX_COOLING_OFF_SECONDS = 15 * 60
export const MAX_ACCOUNT_WAIT_SECONDS = 60
/** ROLLER takes one bulk export of a type in six hours. */
export const MAX_EXPORT_WAIT_SECONDS = 6 * 60 * 60
/** Nango's window is a minute and its end is written in whole seconds, rounded up. A reset further away comes from another clock. */
const MAX_RESET_SECONDS = MAX_ACCOUNT_WAIT_SECONDS + 1

/**
 * Reads Retry-After in either form.
 * @returns seconds from 1 to `max`, or undefined where the header is missing or is neither a number of seconds nor a date
 */
export function retryAfterSeconds (value: unknown, max: number): number | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return clamp(Number(value), max)
  // Date.parse takes much for a date: -5, 60.0.
  const date = /^[a-z]{3,9}, /i.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(date) ? undefined : clamp((date - Date.now()) / 1000, max)
}

/**
 * Reads Nango's X-RateLimit-Reset, in seconds since 1970.
 * @returns milliseconds until then, a minute at most; NaN where it says nothing that can be believed
 */
export function untilAccountReset (resetAt: unknown): number {
  const seconds = typeof resetAt === 'string' ? Number(resetAt) - Date.now() / 1000 : NaN
  return seconds > 0 && seconds <= MAX_RESET_SECONDS ? Math.min(seconds, MAX_ACCOUNT_WAIT_SECONDS) * 1000 : NaN
}

/** How long Nango's account limit keeps calls away: what Retry-After says, but never past the reset of Nango's window. */
export function accountWaitSeconds (retryAfter: unknown, resetAt: unknown): number {
  const reset = untilAccountReset(resetAt) / 1000
  // Nango rounds Retry-After down, to 0 even.
  if (Number.isNaN(reset)) return retryAfterSeconds(retryAfter, MAX_ACCOUNT_WAIT_SECONDS) ?? 1
  return retryAfterSeconds(retryAfter, Math.max(1, reset)) ?? Math.max(1, reset)
}

function clamp (seconds: number, max: number): number {
  return Math.min(max, Math.max(1, seconds))
}
