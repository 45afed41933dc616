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
  /** The page's address: absolute if the gateway's own is configured, otherwise from the root. */
  readonly url: string
  readonly lifecycle: ConnectionLifecycle
}

export class ConnectPage {
  readonly settings: PageSettings
  readonly results: ConnectResults
  readonly #tickets: Tickets
  readonly #url: string

  constructor ({ nango, secretKey, environment, url, lifecycle }: ConnectPageOptions) {
    this.#url = url
    this.#tickets = new Tickets(secretKey, nango.integrationId)
    this.results = new ConnectResults({ nango, tickets: this.#tickets, lifecycle, now: Date.now })
    this.settings = { apiUrl: nango.publicHost, connectUrl: nango.connectUrl, integrationId: nango.integrationId, environment }
  }

  newProof (): string { return this.#tickets.newProof() }

  /** All data is in the fragment, which browsers do not send. */
  link ({ token, expiresAt }: ConnectSession, proof: string, clientId?: string, connectionId: string | null = null): string {
    const fragment = new URLSearchParams({
      token,
      ticket: this.#tickets.issue(proof, expiresAt, connectionId),
      expires: String(Math.floor(Date.parse(expiresAt) / 1000)),
      ...(clientId !== undefined && { client_id: clientId })
    })
    return `${this.#url}#${fragment.toString()}`
  }
}
