/** Nango's own errors that have the same meaning on its proxy and its API. */
import { RollerError, type Upstream } from '../errors.ts'

/** While its database is down, Nango returns `malformed_auth_header` for a valid key. This gateway's header is well-formed. */
export function keyNotChecked (upstream: Upstream): RollerError {
  return new RollerError('ROLLER_ERR_UNREACHABLE', {
    layer: 'nango',
    detail: 'Nango failed to check the key of this gateway (malformed_auth_header). Nothing was sent to ROLLER.',
    hint: 'Send the call again. If the error persists, the operator must check Nango\'s database.',
    upstream
  })
}

export function tooLargeForNango (upstream: Upstream): RollerError {
  return new RollerError('ROLLER_ERR_BODY_TOO_LARGE', {
    detail: 'The body is too large for Nango. Nothing was sent to ROLLER.',
    hint: 'Send a smaller body. The operator can raise NANGO_SERVER_PUBLIC_BODY_LIMIT of a self-hosted Nango, or use the transport direct.',
    upstream
  })
}
