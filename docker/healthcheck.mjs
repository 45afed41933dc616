/** The container's HEALTHCHECK: exits with 0 if GET /health succeeds. Needs neither a shell nor curl. */
import { get } from 'node:http'

const { HOST, PORT } = process.env
const host = !HOST || HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST

get({ host, port: PORT || 3000, path: '/health', timeout: 2500 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
