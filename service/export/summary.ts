/** What an export says at its end, and what a dry run says in its place. */
import { printable } from './printable.ts'
import type { Estimate } from './run.ts'
import type { Missing } from './venue-export.ts'

/** A table of texts, each column as wide as its longest. The last is as long as it is. */
function table (head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rows = lines.map((cells) => cells.map(printable))
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n')
}

function daysOf (days: readonly string[]): string {
  const [first = '', last = ''] = [days[0], days.at(-1)]
  return days.length < 2 ? first : `${days.length} days, ${first} to ${last}`
}

export function missingTable (missing: readonly Missing[]): string {
  return table(
    ['Venue', 'Report', 'Days', 'Reason', 'What to do'],
    missing.map(({ venue, report, days, reason, whatToDo }) => [venue, report ?? 'all', daysOf(days), reason, whatToDo])
  )
}

export interface Speed {
  /** Calls a minute of one venue. */
  readonly venue: number
  /** Calls a minute of all of them; null: only each venue's own limit counts. */
  readonly account: number | null
}

export function estimateTable (estimates: readonly Estimate[], { venue: ofVenue, account }: Speed): string {
  const calls = estimates.reduce((sum, one) => sum + one.calls, 0)
  const files = estimates.reduce((sum, one) => sum + one.files, 0)
  const units = estimates.reduce((sum, one) => sum + one.units, 0)
  const orders = estimates.reduce((sum, one) => sum + one.orders, 0)
  const minutes = Math.max(0, ...estimates.map((one) => one.calls / ofVenue), account === null ? 0 : calls / account)
  const rows = estimates.map(({ venue, files, calls }) => (
    [`${venue.id} ${venue.name ?? ''}`.trimEnd(), String(files), String(calls), timeOf(calls / ofVenue)]
  ))
  return `${table(['Venue', 'Files', 'Calls', 'Time'], [...rows, ['Total', String(files), String(calls), timeOf(minutes)]])}

${calls} calls are ${units} units of the venues' monthly allowances. A day with more than 500 records takes more, as far as is not known
from earlier runs.${orders === 0 ? '' : ` ${bulkNote(orders)}`} Nothing was sent to ROLLER.`
}

function bulkNote (orders: number): string {
  return `${orders} of the calls order${orders === 1 ? 's a bulk export' : ' bulk exports'}, for which ROLLER takes hours: each
month is a unit, and another for every further 10,000 records. Where ROLLER's webhooks do not arrive, daily reports take their place.`
}

function timeOf (minutes: number): string {
  return minutes < 1 ? 'under a minute' : minutes < 90 ? `${Math.ceil(minutes)} min` : `${(minutes / 60).toFixed(1)} h`
}
