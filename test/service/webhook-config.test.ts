/** The variables of webhooks: accepted values, and error messages. */
import { test } from '../support/tap.ts'
import { parseWebhooks, type WebhookVariables } from '#service/config/webhooks.js'

const WHSEC = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

function read (variables: WebhookVariables) {
  const faults: string[] = []
  return { config: parseWebhooks(variables, faults), faults }
}

test('is optional', async (t) => {
  t.strictSame(read({}), { config: { publicUrl: null, rollerSecrets: [], target: null }, faults: [] })
})

test('accepts valid settings', async (t) => {
  const variables = {
    PUBLIC_URL: 'https://gateway.example.com/roller',
    ROLLER_WEBHOOK_SECRET: 'new-secret-of-the-webhooks, the-secret-before-it',
    WEBHOOK_TARGET_URL: 'http://app:8080/hook',
    WEBHOOK_TARGET_SECRET: WHSEC
  }
  t.strictSame(read(variables), {
    config: {
      publicUrl: variables.PUBLIC_URL,
      rollerSecrets: ['new-secret-of-the-webhooks', 'the-secret-before-it'],
      target: { url: 'http://app:8080/hook', secrets: [WHSEC] }
    },
    faults: []
  })
})

test('allows plain http only to this machine or a private network', async (t) => {
  for (const url of [
    'https://app.example.com/hook', 'http://localhost/', 'http://127.0.0.1:8080', 'http://[::1]:1', 'http://app:8080', 'http://10.1.2.3',
    'http://172.16.0.1', 'http://172.31.0.1', 'http://192.168.0.9',
    'http://[fd00::1]', 'http://app.default.svc', 'http://app.default.svc.cluster.local', 'http://app.internal',
    'http://169.254.1.2', 'http://app.home.arpa'
  ]) t.strictSame(read({ WEBHOOK_TARGET_URL: url, WEBHOOK_TARGET_SECRET: WHSEC }).faults, [], url)
  for (
    const url of [
      'http://app.example.com', 'http://172.32.0.1', 'http://11.0.0.1', 'http://8.8.8.8', 'http://[2001:db8::1]', 'ftp://app/', 'app:8080',
      'http://user@app/', 'http://:password@app/', 'http://app/#part', 'http://local.example.com', 'http://172.15.0.1', 'http://[fe80::1]',
      'http://[fec0::1]'
    ]
  ) {
    t.match(
      read({ WEBHOOK_TARGET_URL: url, WEBHOOK_TARGET_SECRET: WHSEC }).faults, [/^WEBHOOK_TARGET_URL must be .*Example: WEBHOOK_TARGET_URL=/],
      url
    )
  }
})

test('requires an https address for ROLLER', async (t) => {
  for (
    const url of [
      'http://gateway.example.com', 'https://gateway.example.com?a', 'https://a:b@gateway.example.com', 'gateway.example.com',
      'https://gateway.example.com/a b'
    ]
  ) {
    t.match(read({ PUBLIC_URL: url }).faults, [/^PUBLIC_URL must be .*Example: PUBLIC_URL=/], url)
  }
  for (
    const url of [
      'https://gateway.example.com', 'https://gateway.example.com/', 'https://gateway.example.com:8443/a/b', 'http://127.0.0.1:3000',
      'http://localhost:3000'
    ]
  ) {
    t.strictSame(read({ PUBLIC_URL: url }).faults, [], url)
  }
})

test('validates length and format of secrets, and never repeats them', async (t) => {
  const wrong: [WebhookVariables, RegExp][] = [
    [
      { ROLLER_WEBHOOK_SECRET: 'long-enough-for-a-secret,canary-short' },
      /^ROLLER_WEBHOOK_SECRET must have at least 16 characters/
    ],
    [{ WEBHOOK_TARGET_URL: 'http://app/' }, /^WEBHOOK_TARGET_SECRET is missing/],
    [{ WEBHOOK_TARGET_SECRET: WHSEC }, /^WEBHOOK_TARGET_SECRET is set, and WEBHOOK_TARGET_URL is not/],
    ...[
      'canary', 'whsec_canary', 'whsec_', `whsec_${Buffer.alloc(23).toString('base64')}`, `whsec_${Buffer.alloc(65).toString('base64')}`,
      WHSEC.slice('whsec_'.length), WHSEC.replace('=', '')
    ].map((secret): [WebhookVariables, RegExp] =>
      [{ WEBHOOK_TARGET_URL: 'http://app/', WEBHOOK_TARGET_SECRET: secret }, /^WEBHOOK_TARGET_SECRET must be whsec_/])
  ]
  for (const [variables, fault] of wrong) {
    const { faults } = read(variables)
    t.match(faults, [fault])
    t.notMatch(faults.join(), 'canary')
  }
})
