// Every error of Nango itself has one envelope: { error: { code, message?, errors?, payload? } }.

import { randomUUID } from 'node:crypto'

export interface Issue { code: string, message: string, path: (string | number)[] }
interface Details { message?: string, errors?: Issue[], payload?: unknown, [other: string]: unknown }

export class NangoError extends Error {
  readonly status: number
  readonly body: { error: Record<string, unknown> }

  constructor (status: number, code: string, details: Details = {}) {
    super(details.message ?? code)
    this.status = status
    this.body = { error: { code, ...details } }
  }
}

/** Authentication and the older endpoints add a payload to each of their errors, usually an empty one. */
export const withPayload = (status: number, code: string, message: string, payload: unknown = {}): NangoError =>
  new NangoError(status, code, { message, payload })

/** Nango replaces an internal error by a support id. */
export function crash (): NangoError {
  const id = randomUUID()
  return withPayload(500, 'generic_error_support', `Something went wrong, its id is ${id}`, id)
}
