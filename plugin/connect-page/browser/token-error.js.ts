/** Browser module: nango/token-error.ts in the browser, from the same table. test/connect-page/token-error.test.ts runs both over the same cases. */
import { DNS_FAILED, TOKEN_FAILURE_TEXTS } from '../../nango/token-error.ts'

export const TOKEN_ERROR_SCRIPT = String.raw`const texts = ${JSON.stringify(TOKEN_FAILURE_TEXTS)}.map(([failure, text]) => [failure, new RegExp(text, 'i')])

export function readTokenFailure (payload) {
  if (typeof payload === 'object' && payload !== null) {
    if (!('host' in payload) || !('code' in payload)) return 'unclear'
    return payload.code === ${JSON.stringify(DNS_FAILED)} ? 'unreachable' : 'blocked'
  }
  const said = parse(payload)
  if (said === null) return 'unclear'
  if (said.provider_error_payload === undefined && typeof said.name === 'string') return 'unreachable'
  const text = textOf(said.provider_error_payload ?? said)
  return texts.find(([, expression]) => expression.test(text))?.[0] ?? 'unclear'
}

function parse (payload) {
  if (typeof payload !== 'string') return null
  try {
    const value = JSON.parse(payload)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function textOf (said) {
  return (typeof said === 'object' && said !== null ? Object.values(said) : [said]).filter((one) => typeof one === 'string').join('\n').slice(0, 2000)
}
`
