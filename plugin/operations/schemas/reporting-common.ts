/** Shapes shared by the report endpoints. */
import { Type, type TSchema } from '../schema.ts'

export const Page = Type.Partial(Type.Object({
  currentPage: Type.Integer({ format: 'int64' }),
  totalPages: Type.Integer({ format: 'int64' }),
  totalItems: Type.Integer(),
  itemsPerpage: Type.Integer({ format: 'int64' }),
  items: Type.Array(Type.Object({}))
}), { $id: 'Page', description: 'One page of a report' })

/** The response of every report. ROLLER's document shows only the record for nearly all of them. */
export function pageOf<T extends TSchema> (record: T) {
  return Type.Partial(Type.Object({ ...Page.properties, items: Type.Array(record) }), {
    title: `${record.title ?? record.$id}Page`, description: 'One page of the report'
  })
}

const DAY_OR_TIME = 'A date, or a date-time such as 2020-07-29T10:00:00 (the venue\'s local time; with an offset or Z an instant)'

/** ROLLER's schema requires a date here, its text also allows a time. */
export const startDate = Type.String({
  format: 'date-or-date-time', examples: ['2020-07-29'], description: `First venue-local day. ${DAY_OR_TIME}`
})
export const endDate = Type.String({
  format: 'date-or-date-time',
  examples: ['2020-07-30'],
  description: `The day after startDate: a report covers one day at most. ${DAY_OR_TIME}`
})
const day = Type.String({ format: 'date-or-date-time', examples: ['2020-07-29'], description: `Venue-local day. ${DAY_OR_TIME}` })
export const pageNumber = Type.Integer({ examples: [1], description: 'From 1, the default' })
export const pageSize = Type.Integer({ examples: [100], description: '100 by default; above 500 the response has Roller-Warning' })

/** One venue-local day, in pages. */
export const ReportPeriodQuery = Type.Object({
  startDate,
  endDate,
  pageNumber: Type.Optional(pageNumber),
  pageSize: Type.Optional(pageSize)
})

export const PageQuery = Type.Partial(Type.Object({
  pageNumber,
  pageSize
}))

export const MembershipReportQuery = Type.Object({
  date: day,
  bookingReference: Type.Optional(Type.String({ examples: ['6679917'], description: 'The booking number guests see' }))
})
