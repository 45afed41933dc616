/** A connection as callers see it: never a credential, a secret or a token. */
import { Type, type Static } from '@sinclair/typebox'
import { Nullable, StringEnum } from '../roller/schema.ts'
import { isRecord } from './client.ts'

/** Nango's rules: at most 10 tags, keys begin with a letter, values 1 to 255 characters. It writes keys in lower case. */
export const Tags = Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_./-]{0,63}$' }), Type.String({ minLength: 1, maxLength: 255 }), {
  additionalProperties: false,
  maxProperties: 10,
  description: 'Small identifiers that find a connection again, such as the tenant it belongs to. At most 10; keys are kept in lower case.',
  examples: [{ organization_id: 'acme' }]
})
export type Tags = Static<typeof Tags>

/** Tags as Nango keeps them. Two keys that differ in case alone are one: the later wins. */
export function lowerKeys<V> (tags: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]))
}

export const Metadata = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Anything else that shall be kept with the connection.',
  examples: [{ region: 'north' }]
})

export const Connection = Type.Object({
  connectionId: Type.String({ description: 'Send it as the header Connection-Id.', examples: ['demo-venue'] }),
  integrationId: Type.String({ description: 'The integration in Nango.', examples: ['roller'] }),
  status: StringEnum(['connected', 'reconnect-required'], {
    description: 'reconnect-required: ROLLER refused the credentials. POST /connect-session/reconnect lets the venue enter them again.'
  }),
  tags: Type.Record(Type.String(), Type.String()),
  metadata: Nullable(Type.Record(Type.String(), Type.Unknown())),
  createdAt: Type.String({ description: 'ISO 8601.', examples: ['2026-11-01T09:30:00.000Z'] })
}, { $id: 'Connection', description: 'One venue\'s connection.' })
export type Connection = Static<typeof Connection>

/** What the gateway reads of Nango's own connection object, in either of the shapes its API has. Everything else is left behind. */
export function toConnection (raw: unknown): Connection {
  const row = isRecord(raw) ? raw : {}
  const errors = Array.isArray(row.errors) ? row.errors : []
  return {
    connectionId: String(row.connection_id ?? ''),
    integrationId: String(row.provider_config_key ?? ''),
    status: errors.some((error) => isRecord(error) && error.type === 'auth') ? 'reconnect-required' : 'connected',
    tags: onlyStrings(row.tags),
    metadata: isRecord(row.metadata) ? row.metadata : null,
    createdAt: isoDate(row.created ?? row.created_at)
  }
}

function onlyStrings (value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function isoDate (value: unknown): string {
  const date = new Date(typeof value === 'string' || typeof value === 'number' ? value : NaN)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
