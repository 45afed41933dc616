/** Types of in-process calls, all derived from the catalog: required input, optional input, and response body. */
import type { Static, TSchema } from '@sinclair/typebox'
import type { operations } from './operations.ts'

type Operations = typeof operations

/** One of the 79 operations, such as `'GET /bookings/{uniqueId}'`. */
export type OperationName = keyof Operations & string

type StaticOf<T> = T extends TSchema ? Static<T> : never

/**
 * A part of the request: absent if the operation has none, optional if all its fields are. The tuple brackets stop distribution over the
 * union of 79 operations, which would exceed the compiler's limits when the types come from declarations.
 */
type Part<Name extends string, Op> = [Op] extends [{ readonly [K in Name]: infer Schema }]
  ? Record<never, never> extends StaticOf<Schema> ? { readonly [K in Name]?: StaticOf<Schema> } : { readonly [K in Name]: StaticOf<Schema> }
  : { readonly [K in Name]?: never }

export interface CallOptions {
  /** The venue's connection. */
  readonly connectionId: string
  /** Cancels the call at any stage. */
  readonly signal?: AbortSignal
  /** Maximum wait for a rate limit in milliseconds. Default: the option of the plugin. */
  readonly maxWait?: number
  /** False skips the check against the catalog, for calls newer than the catalog. Default: the option of the plugin. */
  readonly validation?: boolean
}

/** Everything `request` takes for one operation. */
export type CallInput<Name extends OperationName> = CallOptions &
  Part<'params', Operations[Name]> & Part<'query', Operations[Name]> & Part<'headers', Operations[Name]> & Part<'body', Operations[Name]>

type ResponseSchema<Op> = Op extends { readonly responses: { readonly 201: { readonly schema: infer Schema } } }
  ? Schema
  : Op extends { readonly responses: { readonly 200: { readonly schema: infer Schema } } } ? Schema : undefined

/** The body of a successful response, as ROLLER documents it; `undefined` if it documents none. */
export type CallResult<Name extends OperationName> = ResponseSchema<Operations[Name]> extends infer Schema
  ? Schema extends TSchema ? Static<Schema> : undefined
  : never
