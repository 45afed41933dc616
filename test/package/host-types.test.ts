/**
 * The packed plugin compiles in hosts as they are: old and new versions of Fastify, every kind of module, with TypeScript's own default for
 * declarations of packages (`skipLibCheck: false`) and the strictest settings.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import tap, { test } from '../support/tap.ts'
import { blocksOf } from '../docs/blocks.ts'
import { pack, ROOT, run, temporaryFolder } from './packed.ts'

tap.setTimeout(300_000) // four compilations, and the machine may be busy

/** README's example, and the snippets of the embedding guide. */
const SNIPPETS = ['README.md', 'docs/embedding.md'].flatMap(blocksOf).filter(({ language, notRun }) => language === 'ts' && notRun === null)

const COMMONJS = `import Fastify = require('fastify')
import roller, { isRollerError, RollerError, type RollerOptions, type Venue } from 'fastify-roller'
import { addDays } from 'fastify-roller/time'

const options: RollerOptions = { nango: { secretKey: 'x' }, authorize: 'open' }
const app = Fastify()
app.register(roller, options).after(() => {
  app.roller.on('connection.created', async ({ connectionId }) => { console.log(connectionId) })
})
app.addHook('onRequest', async (request, reply) => {
  if (request.routeOptions.config.roller?.auth === 'caller') return reply.code(401).send(request.rollerCall?.operation)
})
export const error: unknown = new RollerError('ROLLER_ERR_PATH')
export const code = isRollerError(error) ? error.code : addDays('2026-12-31', 1)
export type Zone = Venue['timeZone']
// @ts-expect-error there is no such operation
export const wrong = (): unknown => app.roller.request('GET /nothing', { connectionId: 'x' })
`

const { ModuleKind, ModuleResolutionKind: Resolution } = ts
const HOSTS: readonly [name: string, fastify: string, source: 'commonjs' | 'module', options: ts.CompilerOptions][] = [
  ['Fastify 5.0.0, nodenext', 'fastify-5.0.0', 'module', { module: ModuleKind.NodeNext }],
  ['Fastify 5.6.2, node16, CommonJS', 'fastify-5.6.2', 'commonjs', { module: ModuleKind.Node16 }],
  ['the newest Fastify, bundler', 'fastify', 'module', { module: ModuleKind.ESNext, moduleResolution: Resolution.Bundler }],
  ['the newest Fastify, node18, CommonJS', 'fastify', 'commonjs', { module: ModuleKind.Node18 }]
]

test('the packed plugin compiles in hosts', async (t) => {
  const folder = temporaryFolder(t)
  const { plugin: { file } } = await pack(folder, 'plugin')
  await run('tar', ['xzf', file, '-C', folder])

  for (const [index, [name, fastify, kind, options]] of HOSTS.entries()) {
    await t.test(name, async (t) => {
      const home = join(folder, `host-${index}`)
      const modules = join(home, 'node_modules')
      mkdirSync(join(modules, '@sinclair'), { recursive: true })
      cpSync(join(folder, 'package'), join(modules, 'fastify-roller'), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', fastify), join(modules, 'fastify'))
      // What npm installs with the plugin, as far as its declarations mention it. Nango's client is not among it.
      for (const name of ['@sinclair/typebox', 'undici']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
      writeFileSync(join(home, 'package.json'), JSON.stringify({ type: kind }))
      const sources = kind === 'commonjs' ? [COMMONJS] : SNIPPETS.map(({ declares, code }) => `${declares ?? ''};export {}\n${code}`)
      const files = sources.map((source, index) => {
        const file = join(home, `app-${index}.ts`)
        writeFileSync(file, source)
        return file
      })
      const program = ts.createProgram(files, {
        target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2022.d.ts'], // a server has no DOM
        strict: true,
        exactOptionalPropertyTypes: true,
        isolatedModules: true,
        esModuleInterop: true,
        noEmit: true,
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules/@types')],
        ...options
      })
      t.ok(program.getSourceFiles().some(({ fileName }) => fileName.includes('/fastify-roller/dist/index.d.')), 'finds the types')
      // The declarations of Node.js and of undici are the same in all hosts: they are checked in the first.
      const checked = program.getSourceFiles().filter(({ fileName }) => index === 0 || /\/host-\d|\/node_modules\/fastify/.test(fileName))
      const faults = [
        ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(),
        ...checked.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
      ]
      t.ok(checked.some(({ fileName }) => fileName.includes('/fastify-roller/')) && checked.some(({ fileName }) => /\/fastify[^/]*\/fastify\.d\.ts$/.test(fileName)), 'checks the declarations')
      t.same(faults.map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`), [])
    })
  }
})
