/** A file's name is safe to write on every system. */
import { basename, posix, win32 } from 'node:path'
import { test } from '../support/tap.ts'
import { exportFileName } from '#plugin/client/bulk-export-name.js'

const place = { sequenceNumber: 2, sequenceTotal: 12, fileNumber: 1 }
const name = (path: string): string => exportFileName(`https://files.roller.app/exports/${path}`, place)

test('consists of month, number and the last segment of the URL', async (t) => {
  t.equal(name('4-a-BookingItems-1.json?X-Amz-Signature=1'), '02-1-4-a-BookingItems-1.json')
  t.equal(name('a%20b.json'), '02-1-a_b.json')
  t.equal(exportFileName('https://files.roller.app', place), '02-1-file')
  t.equal(exportFileName('nothing', place), '02-1-file')
})

const HOSTILE = [
  '..%2F..%2Fembed%2Fpwned.txt', '%2e%2e%2f%2e%2e%2fembed%2fpwned.txt', '..%252F..%252Fembed%252Fpwned.txt', '..%5C..%5Cembed%5Cpwned.txt',
  '%2Fetc%2Fpasswd', 'C%3A%5CWindows%5Cpwned.txt', 'C%3Apwned.txt', 'a.txt%3Astream', '%00', 'a%00.json', 'a%0A.json', 'a%0d%0aX: y',
  '%1b[2J', '..', '%2e%2e', '.',
  '%2e', '...', '.bashrc', '%2Ebashrc', '.%2F', '%20', 'CON', 'con.json', 'NUL', 'COM1.txt', 'LPT9', 'aux.', 'a.', 'a%20', 'a. . .', '~',
  '-rf', '*', 'a|b', '"',
  '$(id)', '`id`', '%E2%80%AE', '%EF%BC%8F', 'a%2', '%zz', '%E0%A4%A', 'a'.repeat(5_000), `${'a'.repeat(300)}.json`,
  `a.${'b'.repeat(300)}`, '.'.repeat(300), 'é.json',
  'a..b', '__proto__'
]

for (const path of HOSTILE) {
  test(`sanitizes ${path.slice(0, 40)}`, async (t) => {
    const made = name(path)
    t.match(made, /^02-1-[\w.-]{1,96}$/)
    for (const system of [posix, win32]) t.equal(system.basename(system.join('folder', made)), made, 'it stays in its folder')
    t.equal(basename(made), made)
    t.notMatch(made, /\.\.|[.\s]$/)
    t.notMatch(made, /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i)
  })
}

test('keeps the extension when a name is shortened', async (t) => { t.match(name(`${'a'.repeat(300)}.json`), /^02-1-a{80}\.json$/) })

test('creates names that are unique in an export and stable after a resume', async (t) => {
  const all = (): string[] => Array.from({ length: 120 }, (_, month) => [1, 2, 11].map((fileNumber) =>
    exportFileName('https://files.roller.app/1-1-x.json', { sequenceNumber: month + 1, sequenceTotal: 120, fileNumber }))).flat()
  t.equal(new Set(all().map((one) => one.toLowerCase())).size, 360)
  t.strictSame(all().reverse(), all().reverse())
  t.strictSame([...all()].sort((a, b) => a < b ? -1 : 1).map((one) => one.slice(0, 3)), all().map((one) => one.slice(0, 3)),
    'sorted by month')
})
