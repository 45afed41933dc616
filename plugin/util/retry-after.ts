/** Wait times from upstream headers. All are capped: a header from outside must not block a venue for a week. */

/** Upper bounds of upstream waits, in seconds. */
export const MAX_COOLING_OFF_SECONDS = 15 * 60
const MAX_ACCOUNT_WAIT_SECONDS = 60
/** ROLLER allows one bulk export of a type in six hours. */
export const MAX_EXPORT_WAIT_SECONDS = 6 * 60 * 60
/** Nango's window is a minute, and its end is in whole seconds, rounded down. A later reset comes from a clock that differs. */
const MAX_RESET_SECONDS = MAX_ACCOUNT_WAIT_SECONDS + 1

/**
 * Parses Retry-After in either form.
 * @returns seconds from 1 to `max`, or undefined if the header is missing or invalid
 */
export function retryAfterSeconds (value: unknown, max: number): number | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return clamp(Number(value), max)
  // Date.parse accepts many texts as a date: -5, 60.0.
  const date = /^[a-z]{3,9}, /i.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(date) ? undefined : clamp((date - Date.now()) / 1000, max)
}

/**
 * Parses Nango's X-RateLimit-Reset, in seconds since 1970.
 * @returns milliseconds until then, a minute at most; NaN if it is missing or invalid
 */
export function untilAccountReset (resetAt: unknown): number {
  // The second in which the window ends counts as a whole: a call before its end would be a 429.
  const seconds = typeof resetAt === 'string' ? Number(resetAt) + 1 - Date.now() / 1000 : NaN
  return seconds > 0 && seconds <= MAX_RESET_SECONDS ? Math.min(seconds, MAX_ACCOUNT_WAIT_SECONDS) * 1000 : NaN
}

/** Remaining time of Nango's account limit: Retry-After, but never past the reset of Nango's window. */
export function accountWaitSeconds (retryAfter: unknown, resetAt: unknown): number {
  const reset = untilAccountReset(resetAt) / 1000
  // Nango rounds Retry-After down too, even to 0.
  const wait = typeof retryAfter === 'string' && /^\d+$/.test(retryAfter) ? Number(retryAfter) + 1 : undefined
  if (Number.isNaN(reset)) return Math.min(wait ?? 1, MAX_ACCOUNT_WAIT_SECONDS)
  return Math.min(wait ?? reset, Math.max(1, reset))
}

function clamp (seconds: number, max: number): number {
  return Math.min(max, Math.max(1, seconds))
}
