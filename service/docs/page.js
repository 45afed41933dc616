/** Swagger UI's page: adds a landmark for screen readers, and stores the last used connection beside the key. */
const KEPT = 'fastify-roller-connection-id'

document.getElementById('swagger-ui').setAttribute('role', 'main')

/**
 * Stores the Connection-Id of a call. Swagger UI encodes slashes in every path parameter; those of the wildcard path are decoded again,
 * since no id of ROLLER's contains one.
 */
globalThis.rememberConnection = (request) => {
  const [path, ...query] = request.url.split('?')
  if (new URL(path, location.href).pathname.includes('/roller/')) request.url = [path.replace(/%2F/gi, '/'), ...query].join('?')
  const given = request.headers['Connection-Id']
  if (given !== undefined && given !== '') localStorage.setItem(KEPT, given)
  return request
}

/** Sets it in every form, in the document that the forms are built from. */
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
