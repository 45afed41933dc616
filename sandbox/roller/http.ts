/** Bodies in, answers out, and the way from a request line to a handler. */
import type { IncomingMessage } from 'node:http'
import { invalid, isObject, Refusal, type Input } from './input.ts'
import type { Answer, Handler, Routes } from './contract.ts'

const MAX_BODY = 10 * 1024 * 1024

export async function readBody (request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // The rest is still read, so that the caller gets an answer and not a broken pipe.
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  if (size > MAX_BODY) throw new Refusal(413, { message: 'The request is too large' })
  return Buffer.concat(chunks)
}

/** ROLLER speaks JSON and nothing else. */
export function parseBody (request: IncomingMessage, body: Buffer): Input {
  if (body.length === 0) return {}
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, { message: `Media type '${type}' is not supported, use application/json` })
  }
  let value: unknown
  try {
    // .NET writes a byte order mark before JSON, and reads one.
    value = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''))
  } catch {
    throw invalid({ name: 'body', message: 'The body is not valid JSON' })
  }
  if (!isObject(value)) throw invalid({ name: 'body', message: 'The body must be a JSON object' })
  return value
}

/** An answer without content has no body at all; ROLLER documents most of its writes that way. */
export function render (answer: Answer): { headers: Record<string, string>, body: Buffer } {
  if (Buffer.isBuffer(answer.body)) return { headers: answer.headers ?? {}, body: answer.body }
  if (answer.body === undefined) return { headers: answer.headers ?? {}, body: Buffer.alloc(0) }
  return {
    headers: { 'content-type': 'application/json; charset=utf-8', ...answer.headers },
    body: Buffer.from(
      JSON.stringify(answer.body)
    )
  }
}

/** Query parameters by name; ROLLER does not mind the case of a name. */
export function readQuery (search: URLSearchParams): (name: string) => string | undefined {
  const values = new Map([...search].map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => values.get(name.toLowerCase())
}

interface Route { method: string, segments: string[], handler: Handler }

function decode (segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid({ name: 'path', message: 'The path is not encoded correctly' })
  }
}

export interface Match { handler: Handler, params: Record<string, string> }

/** `undefined` for an unknown path; a known path under another method is a 405. */
export function createRouter (tables: readonly Routes[]): (method: string, path: string) => Match | undefined {
  const routes = tables.flatMap((table) => Object.entries(table)).map(([key, handler]): Route => {
    const [method = '', path = ''] = key.split(' ')
    return { method, segments: path.split('/').slice(1), handler }
  })
  // Fixed segments win over parameters: /bookings/draft is never a booking called draft.
  const fixed = (route: Route): number => route.segments.filter((segment) => !segment.startsWith('{')).length
  routes.sort((one, other) => fixed(other) - fixed(one))

  return (method, path) => {
    const segments = path.split('/').slice(1)
    const fitting = routes.filter((route) => route.segments.length === segments.length &&
      route.segments.every((wanted, index) => wanted.startsWith('{') ? segments[index] !== '' : wanted === segments[index]))
    const route = fitting.find((candidate) => candidate.method === method)
    if (route === undefined) {
      if (fitting.length > 0) throw new Refusal(405, { message: `The method ${method} is not allowed for this path` })
      return undefined
    }
    const params = Object.fromEntries(route.segments.flatMap((name, index) =>
      name.startsWith('{') ? [[name.slice(1, -1), decode(segments[index] ?? '')]] : []))
    return { handler: route.handler, params }
  }
}
