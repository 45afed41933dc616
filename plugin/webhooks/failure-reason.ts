import { describeError } from '../util/log-error.ts'
import { EventNotHandled } from './events.ts'

/** More of a message is seldom a reason, and more often what was handled. */
const MAX_LENGTH = 300

/** Of a handler's error no more than its own words: what hangs on it may be the event. */
export function failureReason (error: unknown): string {
  const cause = error instanceof EventNotHandled && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return 'a handler failed without an error'
  const { type, message } = describeError(cause)
  return `${type}: ${message}`.slice(0, MAX_LENGTH)
}
