/** The service with a document of named keys. */
import type { Test } from 'tap'
import { service, type Service } from '../service/fixture.ts'

export interface NamedKey {
  readonly name: string
  readonly scopes: readonly string[]
  readonly tags?: Record<string, string>
  readonly connections?: readonly string[]
}

export const keyOf = (name: string): string => `${name}-0123456789abcdef`
export const bearer = (name: string): { authorization: string } => ({ authorization: `Bearer ${keyOf(name)}` })

export async function serviceWithKeys (t: Test, keys: readonly NamedKey[], env: Record<string, string> = {}): Promise<Service> {
  const dir = t.testdir({ keys: JSON.stringify(keys.map((key) => ({ ...key, key: keyOf(key.name) }))) })
  return await service(t, { API_KEYS_FILE: `${dir}/keys`, ...env })
}
