/** Capacity reservations (holds) and resource capacity blocks. */
import { blockUsage, claim, HOLD_MS, remaining, usagesOn } from './capacity.ts'
import { conflict, demand, flag, found, invalid, number, textsOf } from './input.ts'
import { itemDemands, readItems } from './items.ts'
import { isDate } from './time.ts'
import type { Call, Routes } from './contract.ts'
import type { Block } from './types.ts'

const published = ({ capacity: _, ...block }: Block) => block

const findBlock = ({ venue, param }: Call): Block =>
  found(venue.blocks.get(Number(param('blockId'))), `Resource capacity block ${param('blockId')} not found`)

export const reservationRoutes: Routes = {
  'POST /capacity-reservation': ({ venue, body, now }) => {
    demand(body, 'items', ...itemDemands('items'))
    for (const [id, hold] of venue.holds) if (hold.expiresAt <= now) venue.holds.delete(id)
    const uniqueId = venue.random.uuid()
    venue.holds.set(uniqueId, { uniqueId, usages: claim(venue, readItems(venue, body), now), expiresAt: now + HOLD_MS })
    return { uniqueId }
  },

  'DELETE /capacity-reservation/{uniqueId}': ({ venue, param }) => {
    const uniqueId = param('uniqueId')
    if (!venue.holds.delete(uniqueId)) throw invalid('uniqueId', `Capacity reservation '${uniqueId}' not found`)
  },

  'POST /capacity-reservation/block': ({ venue, body, now }) => {
    const blockEntireDay = flag(body, 'blockEntireDay') ?? false
    demand(body, 'resourceId', 'blockoutCapacity', 'date', ...(blockEntireDay ? [] : ['startTime', 'endTime']))
    const { date = '', startTime = '', endTime = '', notes = '' } = textsOf(body, 'date', 'startTime', 'endTime', 'notes')
    const stretch = blockEntireDay ? { startTime: '00:00', endTime: '23:59' } : { startTime, endTime }
    const [resourceId = 0, capacity = 0] = [number(body, 'resourceId'), number(body, 'blockoutCapacity')]
    const blockId = venue.next('block')
    const block: Block = { blockId, resourceId, date, ...stretch, blockEntireDay, capacity, notes: notes.slice(0, 200) }
    if (!isDate(block.date)) throw invalid('date', 'date must be a date in the format yyyy-MM-dd')
    if (!venue.resources.some((resource) => resource.id === block.resourceId)) {
      throw conflict('ResourceNotFound', `Resource ${block.resourceId} could not be found`)
    }
    if (remaining(venue, usagesOn(venue, block.date, now), blockUsage(block)) < block.capacity) {
      throw conflict('ResourceCapacity', 'Resource will go over available capacity')
    }
    venue.blocks.set(block.blockId, block)
    return { resourceCapacityBlockId: block.blockId }
  },

  'GET /capacity-reservation/block': ({ venue, query }) => {
    const [date, resourceId] = [query('date'), query('resourceId')]
    return [...venue.blocks.values()].map(published).filter((block) =>
      (date === undefined || block.date === date) && (resourceId === undefined || String(block.resourceId) === resourceId))
  },

  'GET /capacity-reservation/block/{blockId}': (call) => published(findBlock(call)),

  'DELETE /capacity-reservation/block/{blockId}': (call) => { call.venue.blocks.delete(findBlock(call).blockId) }
}
