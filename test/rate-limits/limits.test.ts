import t from '../support/tap.ts'

import { effectiveLimits, effectiveLimit, ROLLER_LIMITS } from '#plugin/gateway/limits/limits.js'
import type { RateLimitName } from '#plugin/operations/operation.js'

t.test('keeps margins below ROLLER\'s limits, with at least 95 % usable', async (t) => {
  const limits = effectiveLimits()
  t.same(limits, {
    rest: { limit: 582, windowMs: 60_500 },
    reporting: { limit: 116, windowMs: 60_500 },
    bulk: { limit: 1, windowMs: 21_600_500 }
  })
  for (const name of Object.keys(limits) as RateLimitName[]) {
    const published = ROLLER_LIMITS[name]
    const part = limits[name].limit / limits[name].windowMs / (published.limit / published.windowMs)
    t.ok(part >= 0.95 && part < 1, `${name}: ${part}`)
  }
})

t.test('accepts every value as an option', async (t) => {
  t.same(effectiveLimits({ rest: { limit: 60 }, reporting: { windowMs: 1000 }, bulk: { windowMs: 5000 }, margin: 0 }), {
    rest: { limit: 60, windowMs: 60_500 },
    reporting: { limit: 120, windowMs: 1500 },
    bulk: { limit: 1, windowMs: 5500 }
  })
  t.same(effectiveLimit({ limit: 1, windowMs: 1000 }, 0.5), { limit: 1, windowMs: 1500 })
  for (const limit of [0, -1, 1.5, NaN]) t.throws(() => effectiveLimit({ limit, windowMs: 1000 }), RangeError)
  for (const windowMs of [0, -1, NaN, Infinity]) t.throws(() => effectiveLimit({ limit: 1, windowMs }), RangeError)
  for (const margin of [-0.1, 0.6, NaN]) t.throws(() => effectiveLimit({ limit: 1, windowMs: 1 }, margin), RangeError)
  for (const jitter of [-1, NaN, Infinity]) t.throws(() => effectiveLimit({ limit: 1, windowMs: 1 }, 0, jitter), RangeError)
  t.equal(effectiveLimits({ jitter: 7 }).bulk.windowMs, 21_600_007)
})
