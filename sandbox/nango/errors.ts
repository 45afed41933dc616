// Every error Nango itself makes wears one envelope: { error: { code, message?, errors?, payload? } }.

import { randomUUID } from 'node:crypto'

export interface Issue { code: string, message: string, path: (string | number)[] }

interface Details {
  message?: string
  errors?: Issue[]
  payload?: unknown
  headers?: Record<string, string>
}

export class NangoError extends Error {
  readonly status: number
  readonly code: string
  readonly body: { error: Record<string, unknown> }
  readonly headers: Record<string, string>

  constructor (status: number, code: string, details: Details = {}) {
    super(details.message ?? code)
    const { headers, ...rest } = details
    this.status = status
    this.code = code
    this.body = { error: { code, ...rest } }
    this.headers = headers ?? {}
  }
}

/** Authentication and the older endpoints add a payload to each of their errors, an empty one mostly. */
export const withPayload = (status: number, code: string, message: string, payload: unknown = {}): NangoError =>
  new NangoError(status, code, { message, payload })

/** Nango hides an internal failure behind a support id. */
export function crash (): NangoError {
  const id = randomUUID()
  return withPayload(500, 'generic_error_support', `Something went wrong, its id is ${id}`, id)
}
