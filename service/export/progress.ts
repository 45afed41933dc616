/** Shows how far an export is: bars on a terminal, otherwise one JSON line for each step. */
import type { Reason } from './failures.ts'
import type { Job, Venue } from './plan.ts'
import { printable } from './printable.ts'

/** What happens to a bulk export. */
export type BulkStep =
  | { readonly state: 'ordered', readonly from: string, readonly to: string, readonly at: string }
  /** ROLLER sends its months one by one. */
  | { readonly state: 'waiting', readonly received: number, readonly months: number | null, readonly seconds: number }
  | { readonly state: 'received', readonly records: number }
  | { readonly state: 'replaced by daily reports', readonly reason: string }

export interface ExportProgress {
  begin (venue: Venue, jobs: number): void
  done (venueId: string, job: Job, records: number, calls: number): void
  failed (venueId: string, job: Job, why: Reason): void
  /** The rate limit is used up. */
  waiting (venueId: string, ms: number): void
  /** A call has failed, and is repeated. */
  trouble (venueId: string, code: string, ms: number): void
  /** Null: of all venues, and of all reports. */
  bulk (venueId: string | null, reportId: string | null, step: BulkStep): void
  end (venueId: string, failed: number): void
  close (): void
}

interface Output { write (text: string): unknown }

/** For logs and programs. Waits are reported at an interval, since each call may wait. */
export function jsonProgress (output: Output): ExportProgress {
  const say = (step: string, fields: object): void => { output.write(`${JSON.stringify({ step, ...fields })}\n`) }
  const waits = new Map<string, number>()
  const counts = new Map<string, { done: number, total: number }>()
  return {
    begin ({ id, name }, total) {
      counts.set(id, { done: 0, total })
      say('begin', { venue: id, name, files: total })
    },
    done (venue, { report: { id }, day }, records, calls) {
      const count = counts.get(venue) ?? { done: 0, total: 0 }
      count.done++
      say('file', { venue, report: id, day, records, calls, ...count })
    },
    failed (venue, { report: { id }, day }, { reason }) { say('failed', { venue, report: id, day, reason }) },
    waiting (venue, ms) {
      const now = Date.now()
      if (now < (waits.get(venue) ?? 0)) return
      waits.set(venue, now + Math.max(ms, 1_000))
      say('waiting', { venue, seconds: Math.ceil(ms / 1000) })
    },
    trouble (venue, code, ms) { say('retry', { venue, code, seconds: Math.ceil(ms / 1000) }) },
    bulk (venue, report, step) { say('bulk', { venue, report, ...step }) },
    end (venue, failed) { say('end', { venue, failed }) },
    close () {}
  }
}

/** @param venues how many there are */
export async function barProgress (stream: NodeJS.WritableStream, venues: number): Promise<ExportProgress> {
  const { default: { MultiBar, Presets } } = await import('cli-progress')
  const bars = new MultiBar({
    stream,
    format: '{name} [{bar}] {value}/{total} {note}',
    hideCursor: true,
    clearOnComplete: false,
    stopOnComplete: false,
    autopadding: true,
    barsize: 30
  }, Presets.shades_classic)
  const total = bars.create(0, 0, { name: nameOf(`${venues} venue${venues === 1 ? '' : 's'}`), note: '' })
  const own = new Map<string, ReturnType<typeof bars.create>>()
  let [files, records, failed] = [0, 0, 0]
  const step = (venueId: string, note: string): void => {
    own.get(venueId)?.increment(1, { note })
    total.increment(1, { note: `${records} records${failed > 0 ? `, ${failed} failed` : ''}` })
  }
  return {
    begin ({ id, name }, count) {
      files += count
      total.setTotal(files)
      own.set(id, bars.create(count, 0, { name: nameOf(name ?? id), note: '' }))
    },
    done (venueId, { report: { id }, day }, count) {
      records += count
      step(venueId, `${id} ${day ?? ''}`)
    },
    failed (venueId, { report: { id } }) {
      failed++
      step(venueId, `${id} failed`)
    },
    waiting (venueId, ms) { own.get(venueId)?.update({ note: `waits ${Math.ceil(ms / 1000)} s for the rate limit` }) },
    trouble (venueId, code, ms) { own.get(venueId)?.update({ note: `${code}, again in ${Math.ceil(ms / 1000)} s` }) },
    bulk (venueId, reportId, step) {
      if (step.state === 'waiting') own.get(venueId ?? '')?.update({ note: `waits for ROLLER's ${reportId} ${waited(step)}` })
      else bars.log(`${printable(`${venueId ?? 'All venues'}, ${reportId ?? 'all reports'} in bulk: ${textOf(step)}`)}\n`)
    },
    end (venueId, count) {
      const bar = own.get(venueId)
      own.delete(venueId)
      bar?.update({ note: count === 0 ? 'done' : `${count} failed` })
      // A terminal has few lines.
      if (bar !== undefined && venues > MAX_BARS) bars.remove(bar)
    },
    close () {
      bars.update() // what was logged since the last refresh
      bars.stop()
    }
  }
}

/** Before there is any progress: the list of connections failed, and is requested again after so many milliseconds. */
export function saySlowStart (output: Output, isTerminal: boolean, code: string, ms: number): void {
  const seconds = Math.ceil(ms / 1000)
  output.write(isTerminal
    ? `${code}: the connections cannot be listed; next attempt in ${seconds} s\n`
    : `${JSON.stringify({ step: 'retry', venue: null, code, seconds })}\n`)
}

const MAX_BARS = 20
const NAME_WIDTH = 28

function nameOf (text: string): string { return printable(text).slice(0, NAME_WIDTH).padEnd(NAME_WIDTH) }

function waited ({ received, months, seconds }: Extract<BulkStep, { readonly state: 'waiting' }>): string {
  return `(${received} of ${months ?? '?'} months, ${Math.round(seconds / 60)} min)`
}

function textOf (step: Exclude<BulkStep, { readonly state: 'waiting' }>): string {
  switch (step.state) {
    case 'ordered': return `ordered from ${step.from} to ${step.to}`
    case 'received': return `received ${step.records} records`
    default: return `replaced by daily reports. ${step.reason}`
  }
}
