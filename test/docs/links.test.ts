/** Every link of the documents within this repository has an existing file and heading as its target. */
import { existsSync, readFileSync } from 'node:fs'
import { test } from '../support/tap.ts'
import { documents, ROOT } from './blocks.ts'

/** In GitHub's form. */
const anchorOf = (heading: string): string => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')

for (const document of documents()) {
  test(document, (t) => {
    const text = readFileSync(new URL(document, ROOT), 'utf8')
    const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, 'code')
    for (const [, link = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const file = path === '' ? new URL(document, ROOT) : new URL(path, new URL(document, ROOT))
      t.ok(existsSync(file), `${link} is there`)
      if (anchor === undefined || !existsSync(file)) continue
      const anchors = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''))
      t.ok(anchors.includes(anchor), `${link} is a heading`)
    }
    t.end()
  })
}
