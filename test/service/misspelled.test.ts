/** Names that are nearly right are not ignored in silence: variables, and arguments of the program. */
import { test } from '../support/tap.ts'
import { misspelledVariables } from '#service/config/misspelled.js'
import { readCommand } from '#service/cli/command-line.js'
import { until } from '../upstream/fixture.ts'
import { startProcess } from './fixture.ts'

test('a variable that looks like one of the service is named with the nearest', (t) => {
  const nearest = (name: string): string | undefined =>
    /The environment variable (\w+) .* The nearest is (\w+)\.$/.exec(misspelledVariables({ [name]: 'canary' })[0] ?? '')?.slice(1).join(' ')
  for (const [name, expected] of [
    ['NANGO_SECRETKEY', 'NANGO_SECRET_KEY'], ['NANGO_SECRET_KEY_FLE', 'NANGO_SECRET_KEY'], ['API_KEY', 'API_KEYS'],
    ['LOGLEVEL', 'LOG_LEVEL'], ['API_KEY_FILE', 'API_KEYS'], ['ROLLER_READONLY', 'ROLLER_READ_ONLY'], ['REDIS_URI', 'REDIS_URL'],
    ['ROLLER_OPERATION_DENY', 'ROLLER_OPERATIONS_DENY'],
    ['roller_read_only', 'ROLLER_READ_ONLY'], ['PUBLICURL', 'PUBLIC_URL'],
    ['NANGO_WEBHOOK_SIGNING_KEY'.replaceAll('_', ''), 'NANGO_WEBHOOK_SIGNING_KEY'],
    ['OTEL_EXPORTER_OTLP_ENDPOINTS', 'OTEL_EXPORTER_OTLP_ENDPOINT']
  ] as const) t.equal(nearest(name), `${name} ${expected}`)
  for (const name of [
    'PATH', 'HOME', 'HOSTNAME', 'POST', 'PWD', 'SHELL', 'NODE_OPTIONS', 'NODE_VERSION', 'npm_config_cache', 'PORT_FILE',
    'LANG', 'USER', 'CI', 'TZ', 'SHLVL',
    'NANGO_SERVICE_HOST', 'ROLLER_PORT_3000_TCP', 'ROLLER_PORT', 'OTEL_EXPORTER_OTLP_HEADERS', 'HTTPS_PROXY', 'NO_PROXY',
    'OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_SDK_DISABLED', 'NANGO_VERSION', 'ROLLER_IMAGE',
    'NANGO_SECRET_KEY_FILE'
  ]) t.equal(nearest(name), undefined, name)
  t.notMatch(misspelledVariables({ NANGO_SECRETKEY: 'canary' }).join(), 'canary')
  t.end()
})

test('the service says so in its log, and beside the faults of a configuration that cannot be', async (t) => {
  const started = startProcess(t, { PORT: '0', LOG_LEVEL: 'warn', NODE_ENV: 'development', API_KEY: 'canary-key' })
  await started.url()
  await until(() => started.stdout().includes('API_KEY '))
  t.match(started.stdout(), /"level":40[^\n]*API_KEY is not known and has no effect\. The nearest is API_KEYS\./)
  const rejected = startProcess(t, { NODE_ENV: 'production', NANGO_SECRETKEY: 'canary-key' })
  t.equal(await rejected.exited, 1)
  t.match(rejected.stderr(), /NANGO_SECRET_KEY is missing[^]*NANGO_SECRETKEY is not known and has no effect/)
  t.notMatch(started.stdout() + rejected.stderr(), 'canary')
})

test('an argument that is not known is named, without its value', (t) => {
  for (const [args, named] of [
    [['--prot=canary'], '--prot'], [['serve'], 'serve'], [['check', '--bogus', 'canary'], '--bogus'],
    [['check', 'more'], 'more'], [['-x'], '-x']
  ] as const) {
    const command = readCommand(args)
    t.match(command, { kind: 'say', exitCode: 1 })
    const text = command.kind === 'say' ? command.text : ''
    t.match(text, `Unknown argument: ${named}\n\nUsage: `)
    t.notMatch(text, 'canary')
  }
  t.end()
})
