// The least that forwards: node:http and undici's dispatch, without anything a gateway is for.
import { createServer } from 'node:http'
import Fastify from 'fastify'
import { Agent } from 'undici'

const { PORT, UPSTREAM, LOG } = process.env
const log = LOG === 'on' ? Fastify({ logger: true }).log : null // Pino, as Fastify sets it up
const agent = new Agent({ connections: 128 })
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'proxy-authenticate', 'proxy-authorization'])

createServer((request, response) => {
  const { method, url, headers: { host, connection, ...headers } } = request
  const startedAt = performance.now()
  if (log !== null) {
    response.once('finish', () => log.info({ method, url, status: response.statusCode, ms: performance.now() - startedAt }, 'request'))
  }
  let resume
  agent.dispatch({ origin: UPSTREAM, path: url.slice('/roller'.length), method, headers, body: method === 'GET' ? null : request }, {
    onConnect (abort) {
      response.once('close', () => { if (!response.writableFinished) abort() })
    },
    onHeaders (status, raw, goOn) {
      const kept = []
      for (let index = 0; index < raw.length; index += 2) {
        const name = raw[index].toString('latin1')
        if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, raw[index + 1].toString('latin1'))
      }
      resume = goOn
      response.writeHead(status, kept)
      return true
    },
    onData (chunk) {
      if (response.write(chunk)) return true
      response.once('drain', resume)
      return false
    },
    onComplete () { response.end() },
    onError () { response.destroy() }
  })
}).listen(Number(PORT), '127.0.0.1')
