/**
 * Rejects the phrases of scripts/words.json (a pattern and the better term) in every text file, also where a line breaks within one.
 * Prints `file:line: phrase -> better`. Single words are in cspell.yaml, line lengths of documents in .markdownlint-cli2.yaml.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const phrases = Object.entries(JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8')))
  .map(([pattern, better]) => ({ pattern: new RegExp(`(?<![\\w-])(?:${pattern.replaceAll(' ', '[\\s/*#-]+')})(?![\\w-])`, 'gi'), better }))
const listed = () => execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...EXCLUDED], { encoding: 'utf8' })
const EXCLUDED = ['*.png', 'package-lock.json', 'scripts/words.json', 'test/docs/words.test.ts', 'test/sandbox/nango-recordings.json']
  .map((file) => `:!${file}`)

const files = process.argv.length > 2 ? process.argv.slice(2) : listed().trim().split('\n')
for (const file of files.filter((name) => existsSync(name))) {
  const text = readFileSync(file, 'utf8')
  for (const { pattern, better } of phrases) {
    for (const { 0: phrase, index } of text.matchAll(pattern)) {
      console.error(`${file}:${text.slice(0, index).split('\n').length}: ${phrase.replace(/[\s/*#]+/g, ' ')} -> ${better}`)
      process.exitCode = 1
    }
  }
}
