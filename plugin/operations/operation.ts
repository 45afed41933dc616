import type { TObject, TSchema } from '@sinclair/typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** `'GET /bookings/{uniqueId}'`: the method and ROLLER's own path template. */
export type OperationKey = `${Method} /${string}`

/** Which of ROLLER's rate limits a call spends (600/60 s, 120/60 s, 1/6 h). */
export type RateLimitName = 'rest' | 'reporting' | 'bulk'

/** One documented answer of ROLLER. */
export interface OperationResponse {
  readonly description: string
  readonly schema?: TSchema
}

/**
 * One operation of ROLLER's API, as the catalog holds it. Everything else (routes, validation, OpenAPI, client, sandbox) is derived from
 * it.
 */
export interface Operation {
  /** OpenAPI operationId: camelCase, unique over both of ROLLER's documents. */
  readonly id: string
  /** One line, in the imperative, without a full stop. */
  readonly summary: string
  /** What a caller needs to know beyond the summary. */
  readonly description?: string
  /** The domain it is grouped under in the OpenAPI document. */
  readonly tag: string
  readonly rateLimit: RateLimitName
  /** True when sending it twice does what sending it once does, so the gateway may repeat it after an unknown outcome. */
  readonly repeatable: boolean
  readonly params?: TObject
  readonly query?: TObject
  readonly headers?: TObject
  readonly body?: TSchema
  /** ROLLER's documented answers by status. */
  readonly responses: Readonly<Record<number, OperationResponse>>
}
