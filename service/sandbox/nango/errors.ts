// Every error Nango itself makes wears one envelope: { error: { code, message?, errors?, payload? } }.

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

/** Nango hides an internal failure behind a support id and nothing else. */
export const crash = (id: string): NangoError => new NangoError(500, 'generic_error_support', { payload: id })
