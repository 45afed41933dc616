/** Copies of the built code in which single modules are replaced, for what has no setting. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')))

/**
 * @param modules text by the module's path in dist; the module itself is kept beside it, with `original-` before its name
 * @returns the folder that holds the copy
 */
export function variant (name: string, modules: Readonly<Record<string, string>>): string {
  const home = join(ROOT, '.cache', 'bench', name) // inside the repository, where the packages are found
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  cpSync(join(ROOT, 'dist'), join(home, 'dist'), { recursive: true })
  for (const [path, text] of Object.entries(modules)) {
    const file = join(home, 'dist', path)
    if (!existsSync(file)) throw new Error(`there is no ${path} in the built code`)
    renameSync(file, file.replace(/[^/]+$/, 'original-$&'))
    writeFileSync(file, text)
  }
  return home
}
