/**
 * A histogram for what is measured at every request. Prom-client's own finds a bucket by the text of a number and hashes the labels each time; this
 * one has an array for each label's value, and makes what Prometheus reads at the scrape.
 */
import type { Histogram, Registry } from 'prom-client'

export interface HistogramOptions {
  readonly name: string
  readonly help: string
  readonly buckets: readonly number[]
  /** The name of its one label, if it has one. */
  readonly label?: string
  readonly registry: Registry
}

/** What one label's value has come to: of each bucket the values that fell into it and no smaller one, and at the end those beyond all. */
interface Series {
  readonly counts: Float64Array
  sum: number
}

/** One line of the scrape. */
interface Sample {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

export class QuickHistogram {
  readonly name: string
  readonly help: string
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  readonly #buckets: readonly number[]
  readonly #label: string | undefined
  readonly #series = new Map<string, Series>()

  constructor ({ name, help, buckets, label, registry }: HistogramOptions) {
    this.name = name
    this.help = help
    this.#buckets = buckets
    this.#label = label
    // A registry asks no more of a metric than what is here.
    registry.registerMetric(this as unknown as Histogram)
    if (label === undefined) this.#begin('')
  }

  /** @param of the label's value; from a closed set */
  observe (value: number, of = ''): void {
    const series = this.#series.get(of) ?? this.#begin(of)
    let index = 0
    while (index < this.#buckets.length && value > (this.#buckets[index] as number)) index++
    series.counts[index] = (series.counts[index] as number) + 1 // one more count than there are buckets
    series.sum += value
  }

  /** How many values there were, by the label's value. */
  * totals (): Iterable<[of: string, total: number]> {
    for (const [of, { counts }] of this.#series) yield [of, counts.reduce((sum, count) => sum + count, 0)]
  }

  reset (): void {
    this.#series.clear()
    if (this.#label === undefined) this.#begin('')
  }

  /** Asked for by the registry. */
  async get (): Promise<{ name: string, help: string, type: string, aggregator: string, values: Sample[] }> {
    const { name, help, type, aggregator } = this
    return { name, help, type, aggregator, values: [...this.#series].flatMap(([of, series]) => this.#samples(of, series)) }
  }

  #begin (of: string): Series {
    const series = { counts: new Float64Array(this.#buckets.length + 1), sum: 0 }
    this.#series.set(of, series)
    return series
  }

  #samples (of: string, { counts, sum }: Series): Sample[] {
    const labels: Record<string, string> = this.#label === undefined ? {} : { [this.#label]: of }
    let total = 0
    const buckets = [...counts].map((count, index): Sample => {
      total += count
      return { metricName: `${this.name}_bucket`, labels: { le: this.#buckets[index] ?? '+Inf', ...labels }, value: total }
    })
    return [...buckets, { metricName: `${this.name}_sum`, labels, value: sum }, { metricName: `${this.name}_count`, labels, value: total }]
  }
}
