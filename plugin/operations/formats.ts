/** The formats of ROLLER's contract. They are checked here: TypeBox's registry of formats belongs to the host. */
import { isDate, momentOf } from '../time/date.ts'

const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d|:60)?(\.\d+)?$/
const OFFSET = /(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)$/i

interface Format {
  readonly matches: (text: string) => boolean
  /** Completes "must be". */
  readonly expected: string
}

export const formats: Readonly<Record<string, Format>> = {
  date: { matches: isDate, expected: 'a date such as 2026-11-30' },
  /** ROLLER: a date-time without an offset is the venue's local time, so an offset is allowed and not required. */
  'date-time': {
    matches: (text) => !isDate(text) && momentOf(text) !== null,
    expected: 'a date-time such as 2026-11-30T09:30:00 (the venue\'s local time) or 2026-11-30T09:30:00+10:00 (an instant)'
  },
  /** Format of this project: report filters accept both. Tools treat an unknown format as any string. */
  'date-or-date-time': {
    matches: (text) => momentOf(text) !== null,
    expected: 'a date such as 2026-11-30 or a date-time such as 2026-11-30T09:30:00 (a + in an offset is written %2B in a URL)'
  },
  time: { matches: (text) => TIME.test(text.replace(OFFSET, '')), expected: 'a time such as 09:30' },
  uri: { matches: (text) => URL.canParse(text), expected: 'a URL' },
  uuid: { matches: (text) => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text), expected: 'a UUID' },
  email: { matches: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && text.length <= 320, expected: 'an email address' }
}
