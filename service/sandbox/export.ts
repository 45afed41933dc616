/** A sandbox for exports: three venues, as an export of one shows little. */
import type { Config } from '../config/config.ts'
import { startSandbox } from 'roller-sandbox'

export interface ExportSandbox {
  readonly config: Pick<Config, 'nango' | 'rollerBaseUrl' | 'otherBaseUrl'>
  close (): Promise<void>
}

export async function startExportSandbox (config: Config): Promise<ExportSandbox> {
  const { nango, roller, secretKey, connectVenue, close } = await startSandbox()
  for (const connectionId of ['second-venue', 'third-venue']) connectVenue({ connectionId })
  process.stderr.write('NANGO_SECRET_KEY is not set: this export is of the sandbox, and nothing in it is real.\n')
  return {
    config: {
      nango: { ...config.nango, secretKey, host: nango.url, integrationId: 'roller', webhookSigningKeys: [] },
      rollerBaseUrl: roller.url,
      otherBaseUrl: roller.url
    },
    close
  }
}
