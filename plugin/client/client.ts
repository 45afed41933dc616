/** In-process calls: typed by the catalog, through the same pipeline as HTTP calls. */
import { invalidInput, isRollerError, RollerError, withRateLimit } from '../errors.ts'
import { readJsonOrText } from '../util/json.ts'
import { AbortLink, Cancellation, type CancelSignal } from '../util/cancellation.ts'
import type { CallRequest, CallSender } from '../gateway/call.ts'
import { endedEarly, mayHaveBeenDoneError } from '../gateway/classify-failure.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { CallResult, CallInput, OperationName } from '../operations/call-types.ts'
import type { Operation, OperationKey } from '../operations/operation.ts'
import { splitKey } from '../operations/paths.ts'

export interface ClientOptions {
  readonly pipeline: CallSender
  readonly entries: ReadonlyMap<string, CatalogOperation>
}

/** Maximum size of a body that is read into memory, in bytes. */
const MAX_RESPONSE = 64 * 1024 * 1024

/** The untyped input of every call; callers see the types of the catalog. */
export interface LooseInput {
  readonly connectionId: string
  readonly params?: Record<string, unknown>
  readonly query?: Record<string, unknown>
  readonly headers?: Record<string, unknown>
  readonly body?: unknown
  readonly signal?: CancelSignal
  readonly validation?: boolean
  readonly maxWait?: number
  readonly onWait?: CallRequest['onWait']
  readonly admit?: CallRequest['admit']
  readonly reservation?: CallRequest['reservation']
  readonly timing?: CallRequest['timing']
}

export class RollerClient {
  readonly #options: ClientOptions

  constructor (options: ClientOptions) {
    this.#options = options
  }

  /**
   * Makes one call.
   * @returns the body of ROLLER's response
   * @throws RollerError for every failure; ROLLER_ERR_REFUSED has ROLLER's status and body in `upstream`
   */
  async request<Name extends OperationName> (name: Name, input: CallInput<Name>): Promise<CallResult<Name>> {
    return await this.send(name, input as LooseInput) as CallResult<Name> // responses are not validated
  }

  /** The same for a name and an input that are known at run time only. */
  async send (name: string, input: LooseInput): Promise<unknown> {
    const { signal } = input
    if (signal === undefined) return await this.#send(name, input)
    // The caller's signal may live as long as its process: the call gets one of its own, and leaves no listener behind.
    const cancellation = new Cancellation()
    const link = new AbortLink(signal, cancellation)
    try {
      return await this.#send(name, { ...input, signal: cancellation })
    } finally {
      link.unlink()
    }
  }

  async #send (
    name: string,
    {
      connectionId, params = {}, query = {}, headers = {}, body, signal, validation, maxWait, onWait, admit, reservation, timing
    }: LooseInput
  ): Promise<unknown> {
    const { pipeline, entries } = this.#options
    const entry = entries.get(name)
    if (entry === undefined) {
      throw new RollerError('ROLLER_ERR_VALIDATION', {
        detail: `The catalog has no operation ${String(name)}.`,
        errors: [{ pointer: '', detail: 'is not an operation of the catalog' }]
      })
    }
    const { method } = splitKey(name as OperationKey) // the name of an operation is its key
    const target = writeTarget(entry.template, params, query)
    const response = await pipeline.send({
      method,
      target,
      connectionId,
      headers: {
        accept: 'application/json',
        ...writeHeaders(headers),
        ...(body !== undefined && { 'content-type': 'application/json; charset=UTF-8' })
      },
      body: body === undefined ? null : { kind: 'bytes', bytes: writeBody(body) },
      operation: entry,
      maxWaitMs: maxWait,
      validate: validation,
      signal,
      onWait,
      admit,
      reservation,
      timing
    }).catch(ownError)
    const payload = response.payload()
    const brokenOff = (cause: unknown): never => {
      signal?.throwIfAborted()
      const ended = endedEarly(cause)
      throw ended === cause || entry.operation.repeatable ? ended : mayHaveBeenDoneError(ended)
    }
    const bytes = Buffer.isBuffer(payload) ? payload : await readAll(payload).catch(brokenOff)
    const parsed = bytes.length === 0 ? undefined : readJsonOrText(bytes)
    const { status } = response
    if (status < 300) return parsed
    throw new RollerError('ROLLER_ERR_REFUSED', {
      // A redirect of ROLLER is none of this app.
      status: status >= 400 ? status : undefined, detail: `ROLLER answered ${status} to ${name}.`, upstream: { status, body: parsed }
    })
  }
}

export function catalogOperations (operations: Readonly<Record<OperationKey, Operation>>): Map<string, CatalogOperation> {
  return new Map(Object.entries(operations).map(([name, operation]) => [name, {
    name, operation, template: splitKey(name as OperationKey).path, soleSuccess: soleSuccessOf(operation) // own keys
  }]))
}

function soleSuccessOf ({ responses }: Operation): number | undefined {
  const [status, ...others] = Object.keys(responses).map(Number).filter((one) => one >= 200 && one < 300)
  return others.length > 0 || status === 200 ? undefined : status
}

/** @throws RollerError ROLLER_ERR_VALIDATION for a parameter of the path that is missing */
export function writeTarget (template: string, params: Record<string, unknown>, query: Record<string, unknown>): string {
  return fillPath(template, params) + writeQuery(query)
}

/** A missing parameter leaves its segment empty, which validation then reports. */
function fillPath (template: string, params: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined || value === null || value === '') {
      throw invalidInput([{ pointer: `/params/${name}`, detail: 'is missing' }])
    }
    try {
      return encodeURIComponent(String(value))
    } catch {
      throw invalidInput([{ pointer: `/params/${name}`, detail: 'cannot be written in a URL' }])
    }
  })
}

function writeQuery (query: Record<string, unknown>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

/** @throws RollerError ROLLER_ERR_VALIDATION for what JSON cannot hold: a BigInt, a function, an object that holds itself */
function writeBody (body: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(body))
  } catch {
    throw invalidInput([{ pointer: '/body', detail: 'cannot be written as JSON' }])
  }
}

function writeHeaders (headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => value !== undefined).map(([name, value]) => [name.toLowerCase(), String(value)])
  )
}

async function readAll (stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_RESPONSE) throw tooLarge()
  }
  return Buffer.concat(chunks, size)
}

function tooLarge (): RollerError {
  return new RollerError('ROLLER_ERR_INVALID_RESPONSE', {
    detail: `The response is larger than ${MAX_RESPONSE} bytes.`,
    hint: 'Request less data in one call, or send it over HTTP, where responses are streamed.'
  })
}

/** Callers that share a call share its error, and `paginate` adds each one's cursor. */
function ownError (error: unknown): never { throw isRollerError(error) ? withRateLimit(error, error.rateLimit) : error }
