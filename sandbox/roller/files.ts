/** Files of bulk exports, served under addresses that anyone who has them may read, as pre-signed URLs are. */
import { randomBytes } from 'node:crypto'
import { forbidden, notFound } from './input.ts'
import type { Answer } from './contract.ts'

export interface PublishedFile { name: string, body: Buffer, expiresAt: number }

export function createFiles (now: () => number) {
  const all = new Map<string, PublishedFile>()
  return {
    all: all as ReadonlyMap<string, PublishedFile>,

    publish (name: string, body: Buffer, ttlMs: number): string {
      const path = `/files/${randomBytes(16).toString('hex')}/${name}`
      all.set(path, { name, body, expiresAt: now() + ttlMs })
      return path
    },

    serve (path: string): Answer {
      const file = all.get(path)
      if (file === undefined) throw notFound('The file does not exist')
      if (file.expiresAt <= now()) throw forbidden('Request has expired')
      return { status: 200, headers: { 'content-type': 'application/json' }, body: file.body }
    }
  }
}
