import type { TObject, TSchema } from '@sinclair/typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** `'GET /bookings/{uniqueId}'`: the method and ROLLER's own path template. */
export type OperationKey = `${Method} /${string}`

/** The ROLLER rate limit that a call counts against (600/60 s, 120/60 s, 1/6 h). */
export type RateLimitName = 'rest' | 'reporting' | 'bulk'

/** One documented response of ROLLER. */
export interface OperationResponse {
  readonly description: string
  readonly schema?: TSchema
}

/** One operation of ROLLER's API in the catalog. Routes, validation, OpenAPI document, client and sandbox are derived from it. */
export interface Operation {
  /** OpenAPI operationId: camelCase, unique across both of ROLLER's documents. */
  readonly id: string
  /** One line, in the imperative, without a full stop. */
  readonly summary: string
  /** Details beyond the summary. */
  readonly description?: string
  /** The tag that groups it in the OpenAPI document. */
  readonly tag: string
  readonly rateLimit: RateLimitName
  /** True if the operation is idempotent, so that the gateway may retry it after an unknown outcome. */
  readonly repeatable: boolean
  readonly params?: TObject
  readonly query?: TObject
  readonly headers?: TObject
  readonly body?: TSchema
  /** ROLLER's documented responses by status. */
  readonly responses: Readonly<Record<number, OperationResponse>>
}
