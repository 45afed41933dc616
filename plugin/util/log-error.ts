/**
 * The loggable fields of an error. Loggers write every field, and errors contain responses of ROLLER, requests with keys, Redis commands
 * and bytes of broken responses: only the fields listed here are written.
 */
import { isRollerError } from '../errors.ts'

export interface LoggedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  /** Only the status of a response of ROLLER or Nango. */
  readonly upstreamStatus?: number
  readonly stack: string
  readonly cause?: LoggedError
}

const MAX_MESSAGE = 500
const MAX_CAUSES = 5

export function describeError (error: unknown, depth = 0): LoggedError {
  if (!isErrorLike(error)) return { type: typeof error, message: 'what was thrown is no Error', stack: '' }
  const { name, code, cause, stack } = error
  const message = messageOf(error)
  return {
    type: String(name),
    message,
    ...(typeof code === 'string' && { code }),
    ...(isRollerError(error) && error.upstream !== undefined && { upstreamStatus: error.upstream.status }),
    stack: `${String(name)}: ${message}${framesOf(stack ?? '', error.message)}`,
    ...(isErrorLike(cause) && depth < MAX_CAUSES && { cause: describeError(cause, depth + 1) })
  }
}

/** An Error of this realm or another; only its message is guaranteed. */
type ErrorLike = Pick<Error, 'name' | 'message' | 'stack' | 'cause'> & { readonly code?: unknown }

function isErrorLike (value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string' // checked here
}

function messageOf ({ name, message }: ErrorLike): string {
  // JSON.parse's message quotes the text, which may be ROLLER's.
  if (name === 'SyntaxError') return 'a text is malformed'
  return message.replace(/(:\/\/)[^/?#\s]*@/g, '$1').slice(0, MAX_MESSAGE)
}

/** The stack frames: the lines before them are the message. */
function framesOf (stack: string, message: string): string {
  const start = stack.indexOf(message)
  const rest = start === -1 ? stack : stack.slice(start + message.length)
  return rest.split('\n').filter((line) => /^ +at /.test(line)).map((line) => `\n${line}`).join('')
}
