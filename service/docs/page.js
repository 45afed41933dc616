/**
 * Swagger UI's page: its landmark for screen readers, and the connection that was used last, kept beside the key from one visit to the
 * next.
 */
const KEPT = 'fastify-roller-connection-id'

document.getElementById('swagger-ui').setAttribute('role', 'main')

/**
 * Keeps the Connection-Id of a call. Slashes in the path of the wildcard stay slashes: Swagger UI encodes them, as it does in every
 * parameter of a path, and no id of ROLLER's has one.
 */
globalThis.rememberConnection = (request) => {
  const [path, ...query] = request.url.split('?')
  if (new URL(path, location.href).pathname.includes('/roller/')) request.url = [path.replace(/%2F/gi, '/'), ...query].join('?')
  const given = request.headers['Connection-Id']
  if (given !== undefined && given !== '') localStorage.setItem(KEPT, given)
  return request
}

/** Fills it into every form, in the document that the forms are made from. */
globalThis.fillInConnection = (response) => {
  const kept = localStorage.getItem(KEPT)
  if (kept === null || !response.url.endsWith('/json')) return response
  const document = JSON.parse(response.text)
  for (const parameter of Object.values(document.components.parameters ?? {})) { // operations refer to it
    if (parameter.name === 'Connection-Id') parameter.example = kept
  }
  response.text = JSON.stringify(document)
  return response
}
