/** In-process calls: typed by the catalog, through the same pipeline as HTTP calls. */
import { isRollerError, RollerError } from '../errors.ts'
import { withoutMark } from '../util/json.ts'
import { Cancellation, type CancelSignal } from '../util/cancellation.ts'
import type { CallRequest, CallSender } from '../gateway/call.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { CallResult, CallInput, OperationName } from '../operations/call-types.ts'
import type { Operation, OperationKey } from '../operations/operation.ts'
import { splitKey } from '../operations/paths.ts'

export interface ClientOptions {
  readonly pipeline: CallSender
  readonly entries: ReadonlyMap<string, CatalogOperation>
}

/** A body of at most this many bytes is read into memory. */
const MAX_ANSWER = 64 * 1024 * 1024

/** What every call may carry; the catalog's types say more to the caller. */
interface LooseInput {
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
}

export class RollerClient {
  readonly #options: ClientOptions

  constructor (options: ClientOptions) {
    this.#options = options
  }

  /**
   * Makes one call.
   * @returns the body of ROLLER's answer
   * @throws RollerError for every failure; ROLLER_ERR_REFUSED carries ROLLER's own status and body in `upstream`
   */
  async request<Name extends OperationName> (name: Name, input: CallInput<Name>): Promise<CallResult<Name>> {
    const { signal } = input as LooseInput
    if (signal === undefined) return await this.#send(name, input as LooseInput) as CallResult<Name> // responses are not validated
    // The caller's signal may live as long as its process: the call gets one of its own, and leaves no listener behind.
    const cancellation = new Cancellation()
    const cancel = (): void => { cancellation.abort(signal.reason) }
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
    try {
      return await this.#send(name, { ...input as LooseInput, signal: cancellation }) as CallResult<Name>
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  async #send (
    name: OperationName,
    { connectionId, params = {}, query = {}, headers = {}, body, signal, validation, maxWait, onWait, admit }: LooseInput
  ): Promise<unknown> {
    const { pipeline, entries } = this.#options
    const entry = entries.get(name)
    if (entry === undefined) {
      throw new RollerError('ROLLER_ERR_VALIDATION', {
        detail: `The catalog has no operation ${String(name)}.`,
        errors: [{ pointer: '', detail: 'is not an operation of the catalog' }]
      })
    }
    const { method } = splitKey(name as OperationKey) // an operation's name is its key
    const target = fillPath(entry.template, params) + writeQuery(query)
    const answer = await pipeline.send({
      method,
      target,
      connectionId,
      headers: {
        accept: 'application/json',
        ...writeHeaders(headers),
        ...(body !== undefined && { 'content-type': 'application/json; charset=UTF-8' })
      },
      body: body === undefined ? null : { kind: 'bytes', bytes: Buffer.from(JSON.stringify(body)) },
      operation: entry,
      maxWaitMs: maxWait,
      validate: validation,
      signal,
      onWait,
      admit
    })
    const payload = answer.payload()
    const bytes = Buffer.isBuffer(payload) ? payload : await readAll(payload).catch(brokenOff)
    const parsed = parse(bytes)
    if (answer.status < 400) return parsed
    throw new RollerError('ROLLER_ERR_REFUSED', {
      status: answer.status, detail: `ROLLER answered ${answer.status} to ${name}.`, upstream: { status: answer.status, body: parsed }
    })
  }
}

export function catalogOperations (operations: Readonly<Record<OperationKey, Operation>>): Map<string, CatalogOperation> {
  return new Map(Object.entries(operations).map(([name, operation]) => [name, {
    name, operation, template: splitKey(name as OperationKey).path, soleSuccess: soleSuccessOf(operation) // its own key
  }]))
}

function soleSuccessOf ({ responses: answers }: Operation): number | undefined {
  const [status, ...others] = Object.keys(answers).map(Number).filter((one) => one >= 200 && one < 300)
  return others.length > 0 || status === 200 ? undefined : status
}

/** A missing parameter leaves its segment empty, which validation then names. */
function fillPath (template: string, params: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined || value === null || value === '') {
      throw new RollerError(
        'ROLLER_ERR_VALIDATION', { detail: `/params/${name} is missing`, errors: [{ pointer: `/params/${name}`, detail: 'is missing' }] }
      )
    }
    return encodeURIComponent(String(value))
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
    if (size > MAX_ANSWER) throw tooLarge()
  }
  return Buffer.concat(chunks, size)
}

function tooLarge (): RollerError {
  return new RollerError('ROLLER_ERR_INVALID_RESPONSE', {
    detail: `The response is larger than ${MAX_ANSWER} bytes.`,
    hint: 'Request less data in one call, or send it over HTTP, where responses are streamed.'
  })
}

function brokenOff (cause: unknown): never {
  if (isRollerError(cause)) throw cause
  throw new RollerError('ROLLER_ERR_UNREACHABLE', { detail: 'The response ended early.', cause })
}

function parse (bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  const text = withoutMark(bytes.toString('utf8'))
  try { return JSON.parse(text) } catch { return text }
}
