/** Access control: tokens, rate limits, and venues without API access. */
import type { FastifyInstance } from 'fastify'
import { recordOf } from './http.ts'
import { forbidden, ErrorResponse, text, type Input } from './input.ts'
import type { createLimits } from './limits.ts'
import type { createTokens } from './tokens.ts'

type Limits = ReturnType<typeof createLimits>
type Tokens = ReturnType<typeof createTokens>

function rejectFor (ms: number): void {
  if (ms <= 0) return
  throw new ErrorResponse(429, { message: 'API calls quota exceeded' }, { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) })
}

export function addTokenRoute (app: FastifyInstance, tokens: Tokens, limits: Limits): void {
  app.post<{ Body: Input | undefined }>('/token', async ({ body = {} }) => {
    // The cooling-off applies to the credential, so it blocks token requests as well.
    rejectFor(limits.coolingOffLeft(text(body, 'client_id') ?? ''))
    return tokens.issue(body)
  })
}

/** Applies to all routes that are registered with the app. */
export function demandToken (app: FastifyInstance, tokens: Tokens, limits: Limits): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const clientId = tokens.check(request.headers.authorization)
    recordOf(request).clientId = clientId
    rejectFor(limits.take(clientId, request.url.split('?')[0] ?? ''))
    if (clientId.startsWith('noaccess')) throw forbidden('API access is not enabled for this venue')
    done()
  })
}
