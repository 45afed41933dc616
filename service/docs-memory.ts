/**
 * What Swagger UI keeps from one visit to the next beside the key: the connection that was used last. Both functions run in the browser, as they
 * stand here: they use nothing from around them.
 */

interface SentRequest { url: string, headers: Record<string, string> }
interface ReceivedResponse { url: string, text: string }
/** Of the browser. */
declare const localStorage: { getItem (key: string): string | null, setItem (key: string, value: string): void }

/** Keeps the Connection-Id of a call that has one, and gives it to one that needs it and has none. */
export const rememberConnection = function (request: SentRequest): SentRequest {
  const given = request.headers['Connection-Id']
  if (given !== undefined && given !== '') localStorage.setItem('fastify-roller-connection-id', given)
  return request
}

/** Fills it into every form, in the document that the forms are made from. */
export const fillInConnection = function (response: ReceivedResponse): ReceivedResponse {
  const kept = localStorage.getItem('fastify-roller-connection-id')
  if (kept === null || !response.url.endsWith('/json')) return response
  const document = JSON.parse(response.text)
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations as Record<string, { parameters?: { name: string, example?: string }[] }>)) {
      for (const parameter of operation.parameters ?? []) {
        if (parameter.name === 'Connection-Id') parameter.example = kept
      }
    }
  }
  response.text = JSON.stringify(document)
  return response
}
