/** The code blocks of the documents, with the markers above each. */
import { readdirSync, readFileSync } from 'node:fs'

export const ROOT = new URL('.', import.meta.resolve('#root/package.json'))

export interface Block {
  /** `docs/sidecar.md:41`. */
  readonly at: string
  readonly language: string
  readonly code: string
  /** From `<!-- not run: why -->`. */
  readonly notRun: string | null
  /** From `<!-- declare: … -->`: declarations that a fragment needs. */
  readonly declares: string | null
}

const BLOCK = /(?:^<!-- (not run|declare): ((?:(?!-->)[\s\S])*) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm

export function documents (): string[] {
  const guides = readdirSync(new URL('docs/', ROOT)).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  return ['README.md', 'CONTRIBUTING.md', ...guides]
}

export function blocksOf (document: string): Block[] {
  const text = readFileSync(new URL(document, ROOT), 'utf8')
  return [...text.matchAll(BLOCK)].map(({ index, 1: directive, 2: argument = null, 3: language = '', 4: code = '' }) => ({
    at: `${document}:${text.slice(0, index).split('\n').length}`,
    language,
    code,
    notRun: directive === 'not run' ? argument : null,
    declares: directive === 'declare' ? argument?.replaceAll('\n', ' ') ?? null : null
  }))
}
