/**
 * What an export remembers of the bulk exports that it has ordered. Each is a file of its own beside the state of the venue: an order is
 * noted while the days of other reports are.
 */
import { readFile, rm } from 'node:fs/promises'
import { Type, type Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { ExportFolder } from './folder.ts'
import { writeWhole } from './state.ts'

const BulkOrder = Type.Object({
  version: Type.Literal(1),
  /** The first day, and the first that is left out. */
  from: Type.String(),
  to: Type.String(),
  /** When it was sent. ISO 8601. */
  at: Type.String(),
  /** False while ROLLER's response is not known. */
  accepted: Type.Boolean(),
  /** Known with the first file. */
  processId: Type.Union([Type.String(), Type.Null()]),
  /** Its files were not what the daily reports are. */
  rejected: Type.Boolean()
}, { additionalProperties: false })
export type BulkOrder = Static<typeof BulkOrder>

/** ROLLER's links to the files end after 5 days, and the messages are kept as long. Milliseconds. */
const LIFE = 5 * 86_400_000

export class BulkOrders {
  readonly #folder: Pick<ExportFolder, 'own'>

  constructor (folder: Pick<ExportFolder, 'own'>) { this.#folder = folder }

  /** @returns null if there is none whose files can be fetched. One that cannot be read is none: what is missing is fetched otherwise */
  async read (venueId: string, reportId: string, now: number): Promise<BulkOrder | null> {
    try {
      const order: unknown = JSON.parse(await readFile(this.#file(venueId, reportId), 'utf8'))
      return Value.Check(BulkOrder, order) && Date.parse(order.at) > now - LIFE ? order : null
    } catch {
      return null
    }
  }

  async write (venueId: string, reportId: string, order: BulkOrder): Promise<void> {
    await writeWhole(this.#file(venueId, reportId), order)
  }

  async remove (venueId: string, reportId: string): Promise<void> { await rm(this.#file(venueId, reportId), { force: true }) }

  #file (venueId: string, reportId: string): string { return this.#folder.own(`bulk=${venueId},${reportId}.json`) }
}
