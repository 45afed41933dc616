/**
 * A name under which a file of an export can be kept: ROLLER's own name for it comes from outside, and programs write to where it points.
 */

/** Short enough for every file system, with the numbers before it. */
const MAX_STEM = 80
const MAX_EXTENSION = 16
const UNNAMED = 'file'

export interface FilePosition {
  readonly sequenceNumber: number
  readonly sequenceTotal: number
  /** Which of the month's files, from 1. */
  readonly fileNumber: number
}

/**
 * `02-1-BookingItems.json`: month, file of the month, and what is harmless of the last part of the address. The two numbers make it unique
 * in its export and the same after a resume, whatever order the months come in; as it begins with a digit it is no hidden file and no
 * device of Windows.
 */
export function exportFileName (url: string, { sequenceNumber, sequenceTotal, fileNumber }: FilePosition): string {
  const month = String(sequenceNumber).padStart(String(sequenceTotal).length, '0')
  return `${month}-${fileNumber}-${safeBaseName(lastPart(url))}`
}

/** ASCII letters, digits, and `_ - .`: no separator of any system, no control character, no two that look alike. */
function safeBaseName (text: string): string {
  const base = text.split(/[/\\:]/).at(-1) ?? ''
  const plain = base.replace(/[^\w.-]+/g, '_').replace(/\.{2,}/g, '.').replace(/^[.\s]+|[.\s]+$/g, '')
  const dot = plain.lastIndexOf('.')
  const extension = dot > 0 && plain.length - dot <= MAX_EXTENSION ? plain.slice(dot) : ''
  const stem = plain.slice(0, plain.length - extension.length).slice(0, MAX_STEM).replace(/\.+$/, '')
  return (stem === '' ? UNNAMED : stem) + extension
}

/** The last part of the path, decoded until nothing changes. */
function lastPart (url: string): string {
  if (!URL.canParse(url)) return ''
  let part = new URL(url).pathname.split('/').at(-1) ?? ''
  for (let round = 0; round < 8; round++) {
    let decoded: string
    try { decoded = decodeURIComponent(part) } catch { return part }
    if (decoded === part) break
    part = decoded
  }
  return part
}
