/**
 * Checks documents, comments, test titles, error texts, log messages and descriptions against scripts/words.json (a pattern and the better
 * term), some names, and the line length of documents. Prints `file:line: word -> better`, and exits with 1 when it finds one.
 */
import { existsSync, readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import ts from 'typescript'

const MAX_LINE = 140
/** Identifiers that are verbs of speech in the past tense. */
const NAMES = new Set(['asked', 'said', 'heard', 'told'])
const words = Object.entries(JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8')))
  .map(([pattern, better]) => ({ pattern: new RegExp(`(?<![\\w-])(?:${pattern})(?![\\w-])`, 'gi'), better }))

const files = process.argv.length > 2
  ? process.argv.slice(2)
  : execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' }).trim().split('\n')
const faults = files.filter((file) => existsSync(file)).flatMap((file) => faultsOf(file))
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)

function faultsOf (file) {
  if (file.endsWith('.md')) return [...wordsIn(file, readFileSync(file, 'utf8'), 1), ...longLines(file)]
  if (file === 'openapi/openapi.json') return descriptions(JSON.parse(readFileSync(file, 'utf8'))).flatMap((text) => wordsIn(file, text, 1))
  if (/\.(ts|js|mjs)$/.test(file)) return inCode(file)
  if (/\.(lua|css|ya?ml|py|sh)$/.test(file)) return inMarkedComments(file)
  return []
}

function wordsIn (file, text, line) {
  const prose = text.replace(/`[^`\n]*`/g, (code) => '`'.repeat(code.length)) // code spans are not prose
  return words.flatMap(({ pattern, better }) => Array.from(prose.matchAll(pattern), ({ 0: word, index }) =>
    `${file}:${line + text.slice(0, index).split('\n').length - 1}: ${word} -> ${better}`))
}

function longLines (file) {
  return readFileSync(file, 'utf8').split('\n').flatMap((text, index) =>
    text.length <= MAX_LINE || text.startsWith('|') || /https?:\S{60}/.test(text) ? [] : [`${file}:${index + 1}: ${text.length} characters`])
}

/** A text of a schema, an error or a metric. Parts of a concatenation count as well. */
function isDescription (node) {
  let { parent } = node
  while (parent !== undefined && ts.isBinaryExpression(parent)) parent = parent.parent
  return isText(node) && parent !== undefined && ts.isPropertyAssignment(parent) &&
    ['description', 'summary', 'title', 'detail', 'hint', 'help'].includes(parent.name.getText())
}

function isText (node) { return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) }

function isLogged (node) {
  return isText(node) && node.parent !== undefined && ts.isCallExpression(node.parent) &&
    /(^|\.)log\.(trace|debug|info|warn|error|fatal)$/.test(node.parent.expression.getText())
}

/** Comments, test titles, descriptions, log messages, some names, and every text of the error table. */
function inCode (file) {
  const text = readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found = new Map()
  const add = (pos, end) => found.set(pos, text.slice(pos, end))
  const visit = (node) => {
    for (const ranges of [ts.getLeadingCommentRanges(text, node.getFullStart()), ts.getTrailingCommentRanges(text, node.getEnd())]) {
      for (const { pos, end } of ranges ?? []) add(pos, end)
    }
    const isTitle = ts.isCallExpression(node.parent ?? node) && node.parent?.arguments[0] === node &&
      /(^|\.)test(\.skip)?$/.test(node.parent.expression.getText(source))
    if (isTitle || isDescription(node) || isLogged(node) || (file === 'plugin/errors.ts' && ts.isStringLiteral(node))) {
      add(node.getStart(source), node.getEnd())
    }
    if (ts.isIdentifier(node) && NAMES.has(node.text)) found.set(node.getStart(source), node.text)
    node.getChildren(source).forEach(visit)
  }
  visit(source)
  return [...found].flatMap(([pos, part]) => wordsIn(file, part, source.getLineAndCharacterOfPosition(pos).line + 1))
}

function inMarkedComments (file) {
  return readFileSync(file, 'utf8').split('\n').flatMap((text, index) => {
    const comment = /(?:^|\s)(?:--|#|\/?\*)\s.*$/.exec(text)?.[0]
    return comment === undefined ? [] : wordsIn(file, comment, index + 1)
  })
}

function descriptions (value) {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) =>
    typeof field === 'string' && ['description', 'summary', 'title'].includes(key) ? [field] : descriptions(field))
}
