import { createRequire } from 'node:module'
const require = createRequire('/work/wt-service/service/main.ts')
const Fastify = require('fastify'), helmet = require('@fastify/helmet')
const mode = process.argv[2]
const app = Fastify()
const DATA = {'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",'cross-origin-resource-policy': 'same-origin','x-content-type-options': 'nosniff'}
if (mode !== 'const') await app.register(helmet, { contentSecurityPolicy: false, hsts: false })
if (mode !== 'helmet') app.addHook('onRequest', (request, reply, done) => { reply.headers(DATA); done() })
const body = JSON.stringify({ x: 'y'.repeat(1500) })
app.get('/', mode === 'helmet-off' ? { helmet: false } : {}, (request, reply) => { reply.type('application/json'); reply.send(body) })
await app.listen({ port: 0, host: '127.0.0.1' })
const { spawnSync, spawn } = require('node:child_process')
const url = `http://127.0.0.1:${app.server.address().port}/`
const run = (d) => new Promise((r) => { const c = spawn('wrk', ['-t1', '-c10', `-d${d}s`, url]); let o = ''; c.stdout.on('data', (x) => { o += x }); c.on('close', () => r(Number(/(\d+) requests in/.exec(o)[1]))) })
await run(1)
const a = process.cpuUsage(); const n = await run(4); const b = process.cpuUsage(a)
console.log(mode, ((b.user + b.system) / n).toFixed(2), 'µs a request')
process.exit()
