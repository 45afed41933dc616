import { Histogram, Registry } from 'prom-client'
import { test } from 'tap'
import { QuickHistogram } from '#service/observability/histogram.js'

const buckets = [0.005, 0.25, 1, 10]
const values = [0, 0.005, 0.0051, 0.25, 0.9, 1, 9, 10, 10.1, 1_000]

test('Prometheus reads the same as from a histogram of prom-client', async (t) => {
  const [own, theirs] = [new Registry(), new Registry()]
  const ours = new QuickHistogram({ name: 'calls_seconds', help: 'Calls.', label: 'operation', buckets, registry: own })
  const reference = new Histogram({ name: 'calls_seconds', help: 'Calls.', labelNames: ['operation'], buckets, registers: [theirs] })
  t.equal(await own.metrics(), await theirs.metrics(), 'before the first value')
  for (const [index, value] of values.entries()) {
    const operation = index % 3 === 0 ? 'GET /bookings/{uniqueId}' : 'a "quoted"\nname'
    ours.observe(value, operation)
    reference.observe({ operation }, value)
  }
  t.equal(await own.metrics(), await theirs.metrics())
  t.match(await own.metrics(), 'calls_seconds_count{operation="GET /bookings/{uniqueId}"} 4\n')
  own.resetMetrics()
  theirs.resetMetrics()
  t.equal(await own.metrics(), await theirs.metrics(), 'after a reset')
})

test('without a label it is there from the start, as prom-client has it', async (t) => {
  const [own, theirs] = [new Registry(), new Registry()]
  const ours = new QuickHistogram({ name: 'all_seconds', help: 'All.', buckets, registry: own })
  const reference = new Histogram({ name: 'all_seconds', help: 'All.', buckets, registers: [theirs] })
  t.equal(await own.metrics(), await theirs.metrics())
  for (const value of values) {
    ours.observe(value)
    reference.observe(value)
  }
  t.equal(await own.metrics(), await theirs.metrics())
  t.throws(() => new QuickHistogram({ name: 'all_seconds', help: 'Twice.', buckets, registry: own }), 'a name is taken once')
})
