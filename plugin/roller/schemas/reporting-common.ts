/** What the report endpoints share. */
import { Type } from '../schema.ts'

export const Page = Type.Partial(Type.Object({
  currentPage: Type.Integer({ format: 'int64' }),
  totalPages: Type.Integer({ format: 'int64' }),
  totalItems: Type.Integer(),
  itemsPerpage: Type.Integer({ format: 'int64' }),
  items: Type.Array(Type.Object({}))
}), { $id: 'Page', description: 'One page of a report' })

/** One venue-local day, in pages. */
export const ReportPeriodQuery = Type.Object({
  startDate: Type.String({ format: 'date', examples: ['2020-07-29'], description: 'First venue-local day' }),
  endDate: Type.String({ format: 'date', examples: ['2020-07-30'], description: 'The day after startDate' }),
  pageNumber: Type.Optional(Type.Integer({ examples: [1], description: 'From 1, the default' })),
  pageSize: Type.Optional(Type.Integer({ examples: [100], description: '100 by default' }))
})

export const PageQuery = Type.Partial(Type.Object({
  pageNumber: Type.Integer({ examples: [1], description: 'From 1, the default' }),
  pageSize: Type.Integer({ examples: [100], description: '100 by default' })
}))

export const MembershipReportQuery = Type.Object({
  date: Type.String({ format: 'date', examples: ['2020-07-29'], description: 'Venue-local day' }),
  bookingReference: Type.Optional(Type.String({ examples: ['6679917'], description: 'The booking number guests see' }))
})
