/**
 * The one place that decides about a second try. Nango's `Retries` is always 0: two layers that repeat multiply, and Nango repeats
 * POSTs.
 */
import type { OutgoingBody } from './transport/transport.ts'

export interface RetryPolicy {
  /** Further tries after the first. */
  readonly limit: number
  /** Milliseconds; the n-th wait is a random part of base * 2^n (full jitter), so that callers do not come back in step. */
  readonly baseMs: number
  readonly capMs: number
  readonly random: () => number
}

export const defaultRetryPolicy: RetryPolicy = { limit: 2, baseMs: 200, capMs: 2_000, random: Math.random }

/** What is being sent, as far as repeating it is concerned. */
export interface Repeatability {
  /** Sending it twice does what sending it once does. */
  readonly repeatable: boolean
  readonly body: OutgoingBody | null
}

/** @param maySent false only when it is certain that ROLLER has seen nothing of the call */
export function mayRepeat ({ repeatable, body }: Repeatability, maySent: boolean): boolean {
  if (body?.kind === 'stream') return false
  return repeatable || !maySent
}

export function backoff (policy: RetryPolicy, attempt: number): number {
  return policy.random() * Math.min(policy.capMs, policy.baseMs * 2 ** attempt)
}
