/**
 * What Swagger UI keeps from one visit to the next beside the key: the connection that was used last. Both functions run in the browser, as they
 * stand here: they use nothing from around them.
 */

interface SentRequest { url: string, headers: Record<string, string> }
interface ReceivedResponse { url: string, text: string }
/** Of the browser. */
declare const localStorage: { getItem (key: string): string | null, setItem (key: string, value: string): void }

/**
 * Keeps the Connection-Id of a call that has one. And lets the slashes be slashes that somebody writes into the path of ROLLER's that the wildcard
 * takes: Swagger UI encodes them, as it does in every parameter of a path. No id of ROLLER's has one.
 */
export const rememberConnection = function (request: SentRequest): SentRequest {
  const [path = '', ...query] = request.url.split('?')
  if (new URL(path, 'http://localhost').pathname.startsWith('/roller/')) request.url = [path.replace(/%2F/gi, '/'), ...query].join('?')
  const given = request.headers['Connection-Id']
  if (given !== undefined && given !== '') localStorage.setItem('fastify-roller-connection-id', given)
  return request
}

/** Fills it into every form, in the document that the forms are made from. */
export const fillInConnection = function (response: ReceivedResponse): ReceivedResponse {
  const kept = localStorage.getItem('fastify-roller-connection-id')
  if (kept === null || !response.url.endsWith('/json')) return response
  const document = JSON.parse(response.text)
  // Operations refer to it.
  for (const parameter of Object.values(document.components.parameters ?? {}) as { name: string, example?: string }[]) {
    if (parameter.name === 'Connection-Id') parameter.example = kept
  }
  response.text = JSON.stringify(document)
  return response
}
