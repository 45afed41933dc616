/**
 * A person confirms what moves money or changes staff accounts. The first call returns what will happen, and a signed state; the client
 * shows it, and repeats the call with the state and the person's answer. A state holds for exactly those arguments, for the caller that got
 * it, for five minutes and for one call. It is signed with a key that all replicas have, so none of them keeps anything, apart from which
 * states may be used: in Redis, or without Redis in the memory of each process.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY, createRequestStateCodec, inputRequired, inputResponse,
  type InputRequiredResult, type RequestStateCodec, type ServerContext
} from '@modelcontextprotocol/server'
import { RollerError } from '../errors.ts'
import type { Registration } from '../registration.ts'
import { isRecord } from '../util/is-record.ts'
import { MemoryConfirmationStore, RedisConfirmationStore, type ConfirmationStore } from './confirmation-store.ts'

/** Seconds. */
const CONFIRMATION_LIFETIME = 300
const ANSWER = 'confirm'

interface ConfirmationState {
  /** Digest of the call. */
  readonly call: string
  /** Names this state among those that may be used. */
  readonly nonce: string
}

export interface ConfirmedCall {
  readonly operation: string
  readonly connectionId: string
  /** Path, query and body. */
  readonly args: unknown
}

export class Confirmations {
  readonly codec: RequestStateCodec<ConfirmationState>
  readonly #store: ConfirmationStore

  constructor ({ secretKey, redis }: Pick<Registration, 'secretKey' | 'redis'>) {
    this.codec = createRequestStateCodec({
      key: createHmac('sha256', secretKey).update('fastify-roller mcp confirmation').digest(),
      ttlSeconds: CONFIRMATION_LIFETIME,
      bind: (context) => callerOf(context)
    })
    this.#store = redis === undefined
      ? new MemoryConfirmationStore()
      : new RedisConfirmationStore(redis, createHash('sha256').update(secretKey).digest('hex'), CONFIRMATION_LIFETIME * 1000)
  }

  /**
   * @param describe what will happen, in plain words; called for the question
   * @returns null when the call is confirmed, otherwise what the client has to ask
   * @throws RollerError ROLLER_ERR_NOT_CONFIRMED, ROLLER_ERR_REDIS_UNAVAILABLE
   */
  async require (
    context: ServerContext, canAsk: boolean, call: ConfirmedCall, describe: () => Promise<string>
  ): Promise<InputRequiredResult | null> {
    if (!canAsk || !declaresForms(context)) {
      throw notConfirmed('This client cannot ask a person, and the operation moves money or changes staff accounts.')
    }
    const state = context.mcpReq.requestState<ConfirmationState>()
    if (state === undefined) return await this.#ask(context, call, await describe())
    const response = inputResponse(context.mcpReq.inputResponses, ANSWER)
    if (state.call !== digestOf(call)) throw notConfirmed('The confirmation was given for other arguments.')
    if (response.kind !== 'elicit' || response.action !== 'accept' || response.content?.[ANSWER] !== true) {
      throw notConfirmed('The person did not confirm the operation.')
    }
    // Before anything is sent: a state whose use cannot be recorded is not used.
    if (!await this.#store.use(state.nonce)) throw notConfirmed('The confirmation was used before, or its record is lost.')
    return null
  }

  async #ask (context: ServerContext, call: ConfirmedCall, message: string): Promise<InputRequiredResult> {
    const state: ConfirmationState = { call: digestOf(call), nonce: randomBytes(16).toString('base64url') }
    await this.#store.open(state.nonce)
    return inputRequired({
      inputRequests: {
        [ANSWER]: inputRequired.elicit({
          message,
          requestedSchema: {
            type: 'object',
            properties: { [ANSWER]: { type: 'boolean', title: 'Send it to ROLLER', default: false } },
            required: [ANSWER]
          }
        })
      },
      requestState: await this.codec.mint(state, context)
    })
  }
}

/** A client of the revision 2026-07-28 declares with each request what it can do. */
function declaresForms ({ mcpReq: { envelope } }: ServerContext): boolean {
  const envelopeKeys: Readonly<Record<string, unknown>> = envelope ?? {}
  const capabilities = envelopeKeys[CLIENT_CAPABILITIES_META_KEY]
  return isRecord(capabilities) && isRecord(capabilities.elicitation)
}

/** Set by the endpoint for every request. */
function callerOf ({ http }: ServerContext): string { return http?.authInfo?.clientId ?? '' }

function digestOf ({ operation, connectionId, args }: ConfirmedCall): string {
  return createHash('sha256').update(JSON.stringify([operation, connectionId, sorted(args)])).digest('base64url')
}

/** A client may write the same arguments in another order. */
function sorted (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sorted(inner)])
}

function notConfirmed (detail: string): RollerError { return new RollerError('ROLLER_ERR_NOT_CONFIRMED', { detail }) }
