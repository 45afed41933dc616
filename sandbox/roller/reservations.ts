/** Capacity reservations (holds) and resource capacity blocks. */
import { claim, HOLD_MS, remaining, usagesOn } from './capacity.ts'
import { conflict, demand, flag, invalid, notFound, number, text } from './input.ts'
import { itemNames, readItems } from './items.ts'
import { isDate, minutes } from './time.ts'
import type { Routes } from './contract.ts'
import type { Block, VenueState } from './types.ts'

function blockDetail (block: Block): Record<string, unknown> {
  const { capacity: _, ...published } = block
  return published
}

function findBlock (venue: VenueState, id: string | undefined): Block {
  const block = venue.blocks.get(Number(id))
  if (block === undefined) throw notFound(`Resource capacity block ${id ?? ''} not found`)
  return block
}

export const reservationRoutes: Routes = {
  'POST /capacity-reservation': ({ venue, body, now }) => {
    demand(body, { at: '', names: ['items'] }, { at: 'items', names: itemNames, each: true })
    for (const [id, hold] of venue.holds) if (hold.expiresAt <= now) venue.holds.delete(id)
    const uniqueId = venue.random.uuid()
    venue.holds.set(uniqueId, { uniqueId, usages: claim(venue, readItems(venue, body), now), expiresAt: now + HOLD_MS })
    return { status: 200, body: { uniqueId } }
  },

  'DELETE /capacity-reservation/{uniqueId}': ({ venue, params }) => {
    const uniqueId = params['uniqueId'] ?? ''
    if (!venue.holds.delete(uniqueId)) throw invalid({ name: 'uniqueId', message: `Capacity reservation '${uniqueId}' not found` })
    return { status: 200 }
  },

  'POST /capacity-reservation/block': ({ venue, body, now }) => {
    const blockEntireDay = flag(body, 'blockEntireDay') ?? false
    demand(body, { at: '', names: ['resourceId', 'blockoutCapacity', 'date', ...(blockEntireDay ? [] : ['startTime', 'endTime'])] })
    const block: Block = {
      blockId: venue.next('block'),
      resourceId: number(body, 'resourceId') ?? 0,
      date: text(body, 'date') ?? '',
      startTime: blockEntireDay ? '00:00' : text(body, 'startTime') ?? '',
      endTime: blockEntireDay ? '23:59' : text(body, 'endTime') ?? '',
      blockEntireDay,
      capacity: number(body, 'blockoutCapacity') ?? 0,
      notes: (text(body, 'notes') ?? '').slice(0, 200)
    }
    if (!isDate(block.date)) throw invalid({ name: 'date', message: 'date must be a date in the format yyyy-MM-dd' })
    if (!venue.resources.some((resource) => resource.id === block.resourceId)) {
      throw conflict({ name: 'ResourceNotFound', message: `Resource ${block.resourceId} could not be found` })
    }
    const [from, to] = blockEntireDay ? [0, 1440] : [minutes(block.startTime), minutes(block.endTime)]
    if (remaining(venue, usagesOn(venue, block.date, now), block.resourceId, from, to) < block.capacity) {
      throw conflict({ name: 'ResourceCapacity', message: 'Resource will go over available capacity' })
    }
    venue.blocks.set(block.blockId, block)
    return { status: 200, body: { resourceCapacityBlockId: block.blockId } }
  },

  'GET /capacity-reservation/block': ({ venue, query }) => {
    const [date, resourceId] = [query('date'), query('resourceId')]
    const found = [...venue.blocks.values()].filter((block) =>
      (date === undefined || block.date === date) && (resourceId === undefined || String(block.resourceId) === resourceId))
    return { status: 200, body: found.map(blockDetail) }
  },

  'GET /capacity-reservation/block/{blockId}': ({ venue, params }) => (
    { status: 200, body: blockDetail(findBlock(venue, params['blockId'])) }
  ),

  'DELETE /capacity-reservation/block/{blockId}': ({ venue, params }) => {
    venue.blocks.delete(findBlock(venue, params['blockId']).blockId)
    return { status: 200 }
  }
}
