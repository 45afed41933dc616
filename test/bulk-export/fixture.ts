/** Shared helpers of the tests of bulk exports. */
import type { FastifyInstance } from 'fastify'
import type { BulkExportFile, BulkExportInput } from 'fastify-roller'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { CONNECTION_ID } from '../support/build.ts'
import { deliver, message, SECRET } from '../webhooks/fixture.ts'

export const ORDER: BulkExportInput = {
  connectionId: CONNECTION_ID, exportType: 'BookingItems', startDate: '2026-09-15', endDate: '2026-12-01'
}

/** A month's webhook message. */
export function month (
  app: FastifyInstance, sequenceNumber: number, preSignedUrls: readonly string[], fields: Record<string, unknown> = {}
) {
  return deliver(app, message({
    type: 'BulkExport',
    data: { preSignedUrls, exportType: 'BookingItems', processId: 'EbqmlvPZW0mA-ZVgfGrgGg', sequenceNumber, sequenceTotal: 3, ...fields }
  }), { key: webhookKey(SECRET, CONNECTION_ID) })
}

/** Reads the files in the background as they arrive. */
export function gather (files: AsyncIterable<BulkExportFile>): {
  readonly found: (Omit<BulkExportFile, 'stream'> & { readonly text: string })[], readonly ended: Promise<unknown>
} {
  const found: (Omit<BulkExportFile, 'stream'> & { readonly text: string })[] = []
  const read = async (): Promise<void> => {
    for await (const { stream, ...file } of files) {
      let text = ''
      for await (const chunk of stream) text += String(chunk)
      found.push({ ...file, text })
    }
  }
  return { found, ended: read().then(() => null, (error: unknown) => error) }
}

export async function until (condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 5_000) throw new Error('it did not come to pass')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
