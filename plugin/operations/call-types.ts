/** The types of a call in process, all derived from the catalog: what must be given, what may be, and what comes back. */
import type { Static, TSchema } from '@sinclair/typebox'
import type { operations } from './operations.ts'

type Operations = typeof operations

/** `'GET /bookings/{uniqueId}'` and 78 others. */
export type OperationName = keyof Operations & string

type StaticOf<T> = T extends TSchema ? Static<T> : never

/**
 * A part of the request: left out where the operation has none, optional where every field of it is. In brackets, so that it is asked of
 * the operation as a whole: asked of each of 79 in turn, four parts of it joined are too much for the compiler once they come from
 * declarations.
 */
type Part<Name extends string, Op> = [Op] extends [{ readonly [K in Name]: infer Schema }]
  ? Record<never, never> extends StaticOf<Schema> ? { readonly [K in Name]?: StaticOf<Schema> } : { readonly [K in Name]: StaticOf<Schema> }
  : { readonly [K in Name]?: never }

export interface CallOptions {
  /** The venue's connection. */
  readonly connectionId: string
  /** Ends the call, and whatever it waits for. */
  readonly signal?: AbortSignal
  /** Milliseconds that this call may wait for a rate limit. Default: the option of the registration. */
  readonly maxWait?: number
  /** `off` sends a call that does not fit the catalog, for when ROLLER is ahead of it. Default: the option of the registration. */
  readonly validation?: boolean
}

/** Everything `request` takes for one operation. */
export type CallInput<Name extends OperationName> = CallOptions &
  Part<'params', Operations[Name]> & Part<'query', Operations[Name]> & Part<'headers', Operations[Name]> & Part<'body', Operations[Name]>

type ResponseSchema<Op> = Op extends { readonly responses: { readonly 201: { readonly schema: infer Schema } } }
  ? Schema
  : Op extends { readonly responses: { readonly 200: { readonly schema: infer Schema } } } ? Schema : undefined

/** The body of a successful answer, as ROLLER documents it; `undefined` where it documents none. */
export type CallResult<Name extends OperationName> = ResponseSchema<Operations[Name]> extends infer Schema
  ? Schema extends TSchema ? Static<Schema> : undefined
  : never
