import { describeError } from '../util/log-error.ts'
import { EventNotHandled } from './events.ts'

/** Longer messages are seldom reasons, and often contain the event. */
const MAX_LENGTH = 300

/** Only the message of a handler's error: its other fields may contain the event. */
export function failureReason (error: unknown): string {
  const cause = error instanceof EventNotHandled && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return 'a handler failed without an error'
  const { type, message } = describeError(cause)
  return `${type}: ${message}`.slice(0, MAX_LENGTH)
}
