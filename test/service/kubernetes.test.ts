/** The Kubernetes example matches the service: its variables, its probes, and its grace period. */
import { readFileSync } from 'node:fs'
import { test } from '../support/tap.ts'
import { readConfig } from '#service/config/config.js'
import { Environment } from '#service/config/environment.js'
import { service } from './fixture.ts'

const documents = readFileSync(new URL(import.meta.resolve('#root/docker/kubernetes.yaml')), 'utf8').split(/^---$/m)
const [deployment = '', job = ''] = documents

/** From `initContainers:` to `containers:`. */
const sidecarOf = (document: string): string => /initContainers:\n(.*?)\n {6}containers:/s.exec(document)?.[1] ?? ''
const variablesOf = (text: string): [name: string, value: string][] =>
  [...text.matchAll(/\{name: ([A-Z_]+), value: '?([^'}]*)'?\}/g)].map(([, name, value]) => [String(name), String(value)])

test('defines a Deployment and a Job, each with a native sidecar', async (t) => {
  t.same(documents.map((document) => /^kind: (\w+)$/m.exec(document)?.[1]), ['Deployment', 'Job'])
  for (const document of documents) {
    const sidecar = sidecarOf(document)
    t.match(sidecar, /^ {10}restartPolicy: Always/m)
    t.match(sidecar, 'startupProbe:')
    for (
      const rule of ['runAsNonRoot: true', 'readOnlyRootFilesystem: true', 'allowPrivilegeEscalation: false', 'capabilities: {drop: [ALL]}']
    ) {
      t.ok(sidecar.includes(rule), rule)
    }
  }
  t.match(job, /^ {6}restartPolicy: Never$/m, 'the pod of a Job ends')
})

test('uses variables of the service, with valid values', async (t) => {
  for (const document of documents) {
    const variables = variablesOf(sidecarOf(document))
    t.ok(variables.length >= 4)
    for (const [name] of variables) t.ok(name.replace(/_FILE$/, '') in Environment.properties, name)
    const plain = Object.fromEntries(variables.filter(([name]) => !name.endsWith('_FILE')))
    t.ok(variables.some(([name]) => name === 'REDIS_URL_FILE'), 'its pods share the rate limits')
    const config = readConfig({
      ...plain,
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      NANGO_SECRET_KEY: 'k',
      API_KEYS: 'a-key-for-the-test-1234',
      REDIS_URL: 'redis://:password@redis:6379'
    })
    t.equal(config.replicas, Number(/^ {2}replicas: (\d+)$/m.exec(deployment)?.[1]) + 1, 'the pods of the Deployment and that of the Job')
    const allowed = Number(/terminationGracePeriodSeconds: (\d+)/.exec(document)?.[1]) * 1000
    t.ok(allowed > config.shutdownDelay + config.shutdownGrace, 'nothing is killed while it ends')
  }
})

test('uses probes that exist and need no key', async (t) => {
  const { app } = await service(t, { API_KEYS: 'a-key-for-the-test-1234' })
  const paths = new Set([...deployment.matchAll(/httpGet: \{path: (\S+), port: roller\}/g)].map(([, path]) => String(path)))
  t.same([...paths].sort(), ['/health', '/ready'])
  for (const path of paths) t.equal((await app.inject({ url: path, headers: { host: '10.1.2.3:3000' } })).statusCode, 200, path)
})
