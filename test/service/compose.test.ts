/** The examples for Docker Compose match the service: their variables, grace periods and health checks. */
import { readFileSync } from 'node:fs'
import { test } from '../support/tap.ts'
import { readConfig } from '#service/config/config.js'
import { Environment } from '#service/config/environment.js'

const read = (path: string): string => readFileSync(new URL(import.meta.resolve(`#root/${path}`)), 'utf8')

/** The lines of a service, by the indentation of its name. */
const serviceOf = (file: string, name: string): string =>
  new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n|\\n)*)`, 'm').exec(read(`docker/${file}`))?.[1] ?? ''
const variablesOf = (service: string): string[] =>
  [...(/^ {4}environment:\n((?: {6}.*\n)*)/m.exec(service)?.[1] ?? '').matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => String(name))

test('use variables of the service', async (t) => {
  for (const [file, name] of [['compose.yaml', 'roller'], ['compose.sandbox.yaml', 'roller'], ['compose.export.yaml', 'export']] as const) {
    const variables = variablesOf(serviceOf(file, name))
    t.ok(variables.length > 0, file)
    for (const variable of variables) t.ok(variable.replace(/_FILE$/, '') in Environment.properties, `${file} ${variable}`)
  }
})

test('stop the service after its grace period', async (t) => {
  const service = serviceOf('compose.yaml', 'roller')
  const config = readConfig({ SHUTDOWN_GRACE: /SHUTDOWN_GRACE: (\d+)/.exec(service)?.[1] })
  const allowed = Number(/stop_grace_period: (\d+)s/.exec(service)?.[1]) * 1000
  t.ok(allowed > config.shutdownDelay + config.shutdownGrace)
})

test('do not check the health of a service that an export does not start', async (t) => {
  t.match(read('Dockerfile'), /^HEALTHCHECK /m, 'the image has a check of the service')
  t.match(serviceOf('compose.export.yaml', 'export'), /^ {4}healthcheck: \{disable: true\}$/m)
})
