import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['.cache', 'dist/**', '.tap/**', '.cache-*/**', 'openapi/openapi.json'] }),
  {
    rules: {
      // A schema and the type derived from it share one name.
      '@typescript-eslint/no-redeclare': 'off',
      camelcase: ['error', { allow: ['OpenAPIV3_1'], properties: 'never', ignoreDestructuring: true }]
    }
  }
]
