// The service as it is, but nothing is counted.
import { Counter, Gauge, Histogram } from 'prom-client'

Histogram.prototype.observe = Counter.prototype.inc = Gauge.prototype.inc = () => {}
