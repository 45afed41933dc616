/** Assembles the connect page: its links, tickets and settings. Independent of Fastify. */
import type { NangoClient } from '../nango/client.ts'
import type { ConnectSession } from '../nango/sessions.ts'
import type { RollerEnvironment } from '../nango/venue.ts'
import type { ConnectionLifecycle } from '../venues/connection-lifecycle.ts'
import type { PageSettings } from './page-settings.ts'
import { ConnectResults } from './result.ts'
import { Tickets } from './ticket.ts'

export interface ConnectPageOptions {
  readonly nango: NangoClient
  readonly secretKey: string
  readonly environment: RollerEnvironment
  readonly lifecycle: ConnectionLifecycle
}

export interface LinkOptions {
  readonly proof: string
  readonly clientId: string | undefined
  /** Of an existing connection. */
  readonly connectionId?: string | null
}

export class ConnectPage {
  readonly settings: PageSettings
  readonly results: ConnectResults
  readonly #tickets: Tickets

  constructor ({ nango, secretKey, environment, lifecycle }: ConnectPageOptions) {
    this.#tickets = new Tickets(secretKey, nango.integrationId)
    this.results = new ConnectResults({ nango, tickets: this.#tickets, lifecycle, now: Date.now })
    this.settings = { apiUrl: nango.publicHost, connectUrl: nango.connectUrl, integrationId: nango.integrationId, environment }
  }

  newProof (): string { return this.#tickets.newProof() }

  /**
   * All data is in the fragment, which browsers do not send.
   * @param base of the plugin's routes: absolute, or from the root of the host
   */
  link (
    base: string, { token, expiresAt }: ConnectSession, { proof, clientId, connectionId = null }: LinkOptions
  ): string {
    const fragment = new URLSearchParams({
      token,
      ticket: this.#tickets.issue(proof, expiresAt, connectionId),
      expires: String(Math.floor(Date.parse(expiresAt) / 1000)),
      ...(clientId !== undefined && { client_id: clientId })
    })
    return `${base}/connect#${fragment.toString()}`
  }
}
