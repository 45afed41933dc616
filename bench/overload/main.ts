/** `npm run sim:overload`: half a minute on a scaled-down ROLLER. `npm run sim:overload -- --full`: ten minutes on ROLLER's own limits. */
import { bounds, FULL, overload, percent, saysNothing, SCALED, type Figures } from './run.ts'

const full = process.argv.includes('--full')
const scale = full ? FULL : SCALED
const MAX_RUNS = 3

function print (figures: Figures): void {
  const { limit, windowMs } = scale
  console.log(`Demand of twice ${limit} calls in ${windowMs / 1000} s, spread over three replicas`)
  console.table({
    'calls offered': figures.offered,
    granted: figures.granted,
    refused: figures.refused,
    penalties: figures.penalties,
    'budget used': percent(figures.used),
    'past their deadline': figures.late,
    'latest past a deadline': `${Math.round(figures.latest)} ms`,
    'share of each replica': figures.shares.map(percent).join(', '),
    'wait, p50': `${Math.round(figures.p50)} ms`,
    'wait, p99': `${Math.round(figures.p99)} ms`,
    'a process stood still': `${Math.round(figures.stoodStillMs)} ms at most`
  })
  console.table(bounds(figures).map(({ bound, figure, ok }) => ({ bound, figure, result: ok ? 'ok' : 'MISSED' })))
}

for (let runs = 1; ; runs++) {
  const figures = await overload(scale)
  print(figures)
  if (bounds(figures).every(({ ok }) => ok)) break
  if (runs === MAX_RUNS || !saysNothing(scale, figures)) {
    process.exitCode = 1
    break
  }
  console.log('The machine stood still for too long for this run to say anything. Once more.')
}
