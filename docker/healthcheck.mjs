/** The container's HEALTHCHECK: exit 0 when the service says that it is alive. It needs neither a shell nor curl. */
import { readFileSync } from 'node:fs'
import { get } from 'node:http'

/** A variable, or the content of the file that its `_FILE` names, as the service reads it. */
function read (name) {
  const file = process.env[`${name}_FILE`]?.trim()
  return process.env[name]?.trim() || (file ? readFileSync(file, 'utf8').trim() : '')
}

const given = read('HOST')
const host = ['', '0.0.0.0', '::'].includes(given) ? '127.0.0.1' : given

get({ host, port: read('PORT') || 3000, path: '/health', timeout: 2500 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
