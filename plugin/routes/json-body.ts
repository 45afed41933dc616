/** JSON bodies of the plugin's own routes. */
import type { FastifyBodyParser, FastifyRequest } from 'fastify'
import { RollerError } from '../errors.ts'

/** No honest metadata goes deeper; much deeper values exhaust the stack of recursive code. */
const MAX_DEPTH = 64

/** A JSON parser that refuses what is nested too deep before it is parsed. */
export function parseJson (parse: FastifyBodyParser<string>): FastifyBodyParser<string> {
  return (request: FastifyRequest, text: string, done: (error: Error | null, body?: unknown) => void) => {
    if (!nestsDeeperThan(MAX_DEPTH, text)) return parse(request, text, done)
    done(
      new RollerError('ROLLER_ERR_VALIDATION', { errors: [{ pointer: '/body', detail: `is nested more than ${MAX_DEPTH} levels deep` }] })
    )
  }
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
