/** The state for the RateLimit headers of a call, part of responses and errors. */
export interface RateLimitState {
  readonly name: 'rest' | 'reporting' | 'bulk'
  readonly limit: number
  /** Milliseconds. */
  readonly windowMs: number
  readonly remaining: number
  /** Milliseconds until one more call is allowed. */
  readonly resetMs: number
}
