import neostandard from 'neostandard'

/** The plugin's rooms, from the lowest up: files import of their own room and of those named before it. */
const rooms = [
  'util', 'redis', 'time', 'operations', 'nango', 'gateway/transport', 'gateway/limits', 'gateway/cache', 'gateway', 'client', 'exports',
  'webhooks', 'venues', 'connect-page', 'routes', 'mcp'
]
/** One pipeline of several folders, which know each other's types. */
const together = { 'gateway/transport': ['gateway'], 'gateway/limits': ['gateway'], 'gateway/cache': ['gateway'] }
/** The files that put the rooms together. Routes may read the options and the shape of a problem. */
const TOP_OF_ROUTES = ['index', 'internal', 'assemble', 'assemble-parts', 'assemble-upstream']
const TOP = [...TOP_OF_ROUTES, 'check', 'options', 'problem', 'registration', 'roller']
const FASTIFY = ['fastify', '@fastify/*']

const notImported = (group, message) => ({ 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] })

const roomRules = rooms.map((room, index) => {
  const up = '../'.repeat(room.split('/').length)
  const higher = rooms.slice(index + 1).filter((other) => !together[room]?.includes(other)).flatMap(
    (other) => [`${up}${other}/*`, `${up}${other}/**`]
  )
  const top = (room === 'routes' || room === 'mcp' ? TOP_OF_ROUTES : TOP).map((name) => `${up}${name}.ts`)
  return {
    files: [`plugin/${room}/**/*.ts`],
    rules: notImported(
      [...higher, ...top, ...(room === 'routes' || room === 'mcp' ? [] : FASTIFY)],
      `plugin/${room} imports lower rooms only; see the order in eslint.config.js.`
    )
  }
})
/** The service's rooms in the same way; sandbox and cli run the app, and main.ts is above all. */
const serviceRooms = ['auth', 'config', 'observability', 'docs', 'http', 'sandbox', 'export', 'cli']
const serviceRules = serviceRooms.map((room, index) => ({
  files: [`service/${room}/**/*.ts`],
  rules: notImported([
    ...serviceRooms.slice(index + 1).map((other) => `../${other}/**`), '../main.ts',
    ...(room === 'sandbox' || room === 'cli' ? [] : ['../app.ts']), '../../plugin/**', '../../sandbox/**', '#*'
  ], `service/${room} imports lower rooms only, see the order in eslint.config.js, and fastify-roller and roller-sandbox by their names.`)
}))
// The folders of the gateway have rules of their own, which come first.
const gateway = roomRules.findIndex(({ files: [files] }) => files === 'plugin/gateway/**/*.ts')
roomRules[gateway].ignores = rooms.filter((room) => room.startsWith('gateway/')).map((room) => `plugin/${room}/**`)

export default [
  ...neostandard(
    { ts: true, ignores: ['.cache', '**/dist/**', 'service/dist-image/**', '.tap/**', '.cache-*/**', 'openapi/openapi.json'] }
  ),
  {
    rules: {
      // A schema and the type derived from it share one name.
      '@typescript-eslint/no-redeclare': 'off',
      '@stylistic/max-len': ['error', { code: 140, ignoreRegExpLiterals: true }],
      camelcase: ['error', { allow: ['OpenAPIV3_1'], properties: 'never', ignoreDestructuring: true }]
    }
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', {
        selector: 'CallExpression[callee.property.name="match"] > ObjectExpression.arguments ArrayExpression[elements.length=0]',
        message: 'match() accepts any array for []: compare it with same().'
      }]
    }
  },
  {
    files: ['service/docs/*.js', 'service/sandbox/*.js'],
    languageOptions: { globals: { document: 'readonly', localStorage: 'readonly', addEventListener: 'readonly', location: 'readonly' } }
  },
  {
    files: ['plugin/connect-page/browser/*.js'],
    languageOptions: { globals: { addEventListener: 'readonly', history: 'readonly', location: 'readonly', matchMedia: 'readonly' } }
  },
  ...roomRules,
  {
    files: ['plugin/**/*.ts'],
    ignores: ['plugin/*/**'],
    rules: notImported(
      ['**/service/**', '**/sandbox/**', 'roller-sandbox', 'roller-sidecar'], 'The plugin knows neither the service nor the sandbox.'
    )
  },
  {
    files: ['service/*.ts'],
    rules: notImported(
      ['../plugin/**', '../sandbox/**', '#*'], 'The service takes fastify-roller and roller-sandbox as any app does, by their names.'
    )
  },
  ...serviceRules,
  {
    files: ['sandbox/**/*.ts'],
    rules: notImported(['**/plugin/**', '**/service/**', 'fastify-roller*', '#*'], 'The sandbox knows neither the plugin nor the service.')
  }
]
