/** A straight line through samples, with its confidence interval. */

export interface Slope {
  /** Change in an hour, in the unit of the samples. */
  readonly perHour: number
  /** Half the width of the 95 % confidence interval. */
  readonly error: number
  /** Rise of the line from the first sample to the last. */
  readonly rise: number
  readonly mean: number
}

const HOUR_MS = 3_600_000
/** Two-sided 95 % of the normal distribution: there are dozens of samples. */
const Z = 1.96

/** Least squares. @param at milliseconds */
export function slopeOf (samples: readonly { readonly at: number, readonly value: number }[]): Slope {
  const count = samples.length
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / count
  const [time, mean] = [meanOf(samples.map(({ at }) => at)), meanOf(samples.map(({ value }) => value))]
  const spread = samples.reduce((sum, { at }) => sum + (at - time) ** 2, 0)
  const perMs = samples.reduce((sum, { at, value }) => sum + (at - time) * (value - mean), 0) / spread
  const left = samples.reduce((sum, { at, value }) => sum + (value - mean - perMs * (at - time)) ** 2, 0)
  const error = Z * Math.sqrt(left / (count - 2) / spread)
  const span = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)
  return { perHour: perMs * HOUR_MS, error: error * HOUR_MS, rise: perMs * span, mean }
}

/** True if the growth is significant and exceeds the allowance. */
export function grows ({ perHour, error, rise }: Slope, allowance: number): boolean {
  return perHour - error > 0 && rise > allowance
}
