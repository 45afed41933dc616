/** `npm run sbom` lists every production package, and no other. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import tap, { test } from '../support/tap.ts'

tap.setTimeout(120_000) // npm is slow on a busy machine

const ROOT = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')))

interface Locked { readonly name?: string, readonly version?: string, readonly dev?: boolean, readonly link?: boolean }
interface Component {
  readonly 'bom-ref': string,
  readonly name: string,
  readonly version: string,
  readonly purl: string,
  readonly hashes?: readonly {
    readonly alg: string, readonly content: string
  }[],
  readonly licenses?: readonly unknown[]
}
interface Bom {
  readonly bomFormat: string
  readonly specVersion: string
  readonly serialNumber: string
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string, readonly dependsOn: readonly string[] }[]
}

test('is a CycloneDX document of the lockfile', async (t) => {
  const file = join(t.testdir(), 'sbom.cdx.json')
  const run = spawnSync(process.execPath, ['docker/sbom.mjs', file], { cwd: ROOT, encoding: 'utf8' })
  t.equal(run.status, 0, run.stderr)
  const bom = JSON.parse(readFileSync(file, 'utf8')) as Bom // its shape is checked below
  const manifest = JSON.parse(readFileSync(join(ROOT, 'service/package.json'), 'utf8'))
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }

  t.match(
    bom,
    {
      bomFormat: 'CycloneDX',
      specVersion: /^1\.[5-9]$/,
      serialNumber: /^urn:uuid:[0-9a-f-]{36}$/,
      metadata: { component: { name: manifest.name, version: manifest.version } }
    }
  )
  const inProduction = Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path !== '' && dev !== true && link !== true)
    .map(([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, '')}@${version}`)
  const named = bom.components.map(({ name, version }) => `${name}@${version}`)
  t.same([...new Set(named)].sort(), [...new Set(inProduction)].sort())
  const own = new Set(['fastify-roller', 'roller-sandbox', 'roller-sidecar'])
  for (const { name, purl, hashes, licenses } of bom.components) {
    if (own.delete(name)) continue // built here, so without a hash in the lockfile
    // Nango's packages have a license without an SPDX id
    t.ok(
      purl.startsWith('pkg:npm/') && hashes?.some(
        ({ alg, content }) => alg === 'SHA-512' && /^[0-9a-f]{128}$/.test(content)
      ) && ((licenses?.length ?? 0) > 0 || name.startsWith('@nangohq/')),
      `${name} with hash and license`
    )
  }
  t.equal(own.size, 0, 'the packages of this repository are named')
  const refs = new Set(bom.components.map((component) => component['bom-ref']))
  t.same(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref)), [], 'nothing depends on what is not there')
  t.ok(bom.dependencies.some(({ dependsOn }) => dependsOn.some((ref) => ref.startsWith('fastify@'))))
})
