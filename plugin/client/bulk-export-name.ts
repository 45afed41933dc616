/** File names of an export. ROLLER's own name comes from outside and must not be used as a path. */

/** Short enough for every file system, including the numbers in front. */
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
 * `02-1-BookingItems.json`: month, number of the file, and the harmless characters of the URL's last segment. The two numbers make it
 * unique within its export and stable after a resume, whatever the order of the months; because it begins with a digit, it is neither a
 * hidden file nor a device name of Windows.
 */
export function exportFileName (url: string, { sequenceNumber, sequenceTotal, fileNumber }: FilePosition): string {
  const month = String(sequenceNumber).padStart(String(sequenceTotal).length, '0')
  return `${month}-${fileNumber}-${safeBaseName(lastPart(url))}`
}

/** ASCII letters, digits, and `_ - .`: no path separators, control characters or homoglyphs. */
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
