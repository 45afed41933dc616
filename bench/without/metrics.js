// The service as it is, but nothing is counted.
import { Counter, Gauge } from 'prom-client'
import { QuickHistogram } from '#service/observability/histogram.js'

QuickHistogram.prototype.observe = Counter.prototype.inc = Gauge.prototype.inc = () => {}
