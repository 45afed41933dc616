/** The only place that decides about retries. Nango's `Retries` is always 0: retries of two layers multiply, and Nango repeats POSTs. */
import type { OutgoingBody } from './transport/transport.ts'

export interface RetryPolicy {
  /** Retries after the first attempt. */
  readonly limit: number
  /** Milliseconds; the n-th wait is a random part of base * 2^n (full jitter), so that callers do not retry in step. */
  readonly baseMs: number
  readonly capMs: number
  readonly random: () => number
}

export const defaultRetryPolicy: RetryPolicy = { limit: 2, baseMs: 200, capMs: 2_000, random: Math.random }

/** The properties of a request that decide about retries. */
export interface Repeatability {
  /** Idempotent. */
  readonly repeatable: boolean
  readonly body: OutgoingBody | null
}

/** @param maySent false only if ROLLER certainly received nothing of the call */
export function mayRepeat ({ repeatable, body }: Repeatability, maySent: boolean): boolean {
  if (body?.kind === 'stream') return false
  return repeatable || !maySent
}

export function backoff (policy: RetryPolicy, attempt: number): number {
  return policy.random() * Math.min(policy.capMs, policy.baseMs * 2 ** attempt)
}
