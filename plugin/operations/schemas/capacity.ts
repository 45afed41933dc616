/** Holding capacity for a checkout, and blocking resources. */
import { Type } from '../schema.ts'
import { BookingCreateItem } from './booking-parts.ts'

export const ResourceCapacityBlock = Type.Partial(Type.Object({
  blockId: Type.Integer(),
  resourceId: Type.Integer({ examples: [30539] }),
  date: Type.String({ format: 'date', examples: ['2025-01-21'] }),
  startTime: Type.String({ examples: ['14:30'], description: 'HH:mm; present unless the whole day is blocked' }),
  endTime: Type.String({ examples: ['16:00'], description: 'HH:mm; present unless the whole day is blocked' }),
  blockEntireDay: Type.Boolean({ description: 'False needs startTime and endTime' }),
  notes: Type.String({ maxLength: 200 })
}), { $id: 'ResourceCapacityBlock', description: 'Capacity taken out of sale' })

export const CapacityReservationBody = Type.Object({
  items: Type.Array(BookingCreateItem)
})

export const CapacityReservation = Type.Partial(Type.Object({
  uniqueId: Type.String({ examples: ['ffdae420-a912-4d93-9234-9faca5e6194f'], description: 'Holds the capacity for 10 minutes' })
}))

export const CapacityReservationPath = Type.Object({
  uniqueId: Type.String({ examples: ['3c3aa180-bf44-4f0c-92a2-0cd120596014'], description: 'Id of the capacity reservation' })
})

export const CapacityBlockBody = Type.Object({
  resourceId: Type.Integer(),
  blockoutCapacity: Type.Integer({ description: 'Capacity to block' }),
  date: Type.String({ format: 'date' }),
  startTime: Type.Optional(Type.String({ description: 'HH:mm; needed unless the whole day is blocked' })),
  endTime: Type.Optional(Type.String({ description: 'HH:mm; needed unless the whole day is blocked' })),
  blockEntireDay: Type.Optional(Type.Boolean({ description: 'False needs startTime and endTime' })),
  notes: Type.Optional(Type.String())
})

export const CapacityBlockCreated = Type.Partial(Type.Object({
  resourceCapacityBlockId: Type.Integer({ examples: [5516] })
}))

export const CapacityBlocksQuery = Type.Partial(Type.Object({
  date: Type.String({ examples: ['2025-07-14'], description: 'yyyy-MM-dd' }),
  resourceId: Type.String({ examples: ['30539'] })
}))

export const CapacityBlockPath = Type.Object({
  blockId: Type.Integer({ examples: [5156] })
})
