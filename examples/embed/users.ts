/** Replaces your app's existing login. */
import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

export interface User {
  readonly name: string
  /** The tenant, from this app's own records, never from the browser. */
  readonly organization: string
  readonly role: 'manager' | 'staff'
}

const PASSWORD = 'demo'
const users = new Map<string, User>([
  ['ada', { name: 'Ada', organization: 'acme', role: 'manager' }],
  ['abe', { name: 'Abe', organization: 'acme', role: 'staff' }],
  ['zoe', { name: 'Zoe', organization: 'zeta', role: 'manager' }]
])
const sessions = new Map<string, User>()

/** The value of the session cookie; null if name or password is wrong. */
export function signIn (name: string, password: string): string | null {
  const user = users.get(name)
  if (user === undefined || password !== PASSWORD) return null
  const id = randomBytes(32).toString('base64url')
  sessions.set(id, user)
  return id
}

export function userOf ({ headers: { cookie = '' } }: FastifyRequest): User | null {
  const id = /(?:^|; )session=([\w-]+)/.exec(cookie)?.[1]
  return id === undefined ? null : sessions.get(id) ?? null
}
