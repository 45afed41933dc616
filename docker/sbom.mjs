/** `npm run sbom`: writes the components of the container and the package to sbom.cdx.json (CycloneDX), from the lockfile only. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const read = (name) => JSON.parse(readFileSync(new URL(name, root), 'utf8'))
const { name } = read('service/package.json')
const { packages } = read('package-lock.json')

const npm = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'], {
  cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit']
})
if (npm.status !== 0) process.exit(npm.status ?? 1)
const bom = JSON.parse(npm.stdout)
bom.metadata.component.name = name // npm uses the name of the folder, for the packages of this repository too
for (const component of bom.components) component.name = packages[component.name]?.name ?? component.name

// npm's --omit=dev drops packages that development and production share. The lockfile is exact.
const inProduction = new Set(
  Object.entries(packages).filter(([, { dev }]) => !dev).map(
    ([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, '')}@${version}`
  )
)
const kept = new Set([bom.metadata.component['bom-ref']])
bom.components = bom.components.filter(
  (component) => inProduction.has(`${component.name}@${component.version}`) && kept.add(component['bom-ref'])
)
bom.dependencies = bom.dependencies.filter(({ ref }) => kept.has(ref)).map(
  ({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) })
)

writeFileSync(process.argv[2] ?? new URL('sbom.cdx.json', root), `${JSON.stringify(bom, null, 2)}\n`)
console.log(`${bom.components.length} components`)
