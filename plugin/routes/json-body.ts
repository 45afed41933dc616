/** JSON bodies of the plugin's own routes. */
import type { IncomingMessage } from 'node:http'
import type { FastifyBodyParser, FastifyInstance, FastifyRequest } from 'fastify'
import { RollerError } from '../errors.ts'
import { readBytes } from './body.ts'

/** Legitimate metadata is not nested deeper; much deeper values overflow the stack of recursive code. */
const MAX_DEPTH = 64

/** Replaces the scope's parsers, the host's included. @param limit bytes */
export function parseJsonBodies (app: FastifyInstance, limit: number): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const bytes = await readBytes(request, payload, limit)
    if (bytes.length === 0) return undefined
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) throw new RollerError('ROLLER_ERR_MEDIA_TYPE')
    return await parseJson(parse, request, bytes.toString())
  })
}

/** Rejects deeply nested input before it is parsed. */
async function parseJson (parse: FastifyBodyParser<string>, request: FastifyRequest, text: string): Promise<unknown> {
  if (nestsDeeperThan(MAX_DEPTH, text)) {
    throw new RollerError('ROLLER_ERR_VALIDATION', {
      errors: [{ pointer: '/body', detail: `must be at most ${MAX_DEPTH} levels deep` }]
    })
  }
  return await new Promise((resolve, reject) => {
    parse(request, text, (error, body) => { error === null ? resolve(body) : reject(error) })
  })
}

function nestsDeeperThan (limit: number, text: string): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    if (depth > limit) return true
  }
  return false
}
