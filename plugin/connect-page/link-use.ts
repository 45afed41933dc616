/**
 * Whether a link has created its connection. A reconnect link contains the connection's id; for any other, Nango's connections since then
 * are searched, newest first, for the link's proof. So nothing is stored, and none of Nango's ten tags is used.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isRollerError } from '../errors.ts'
import type { NangoClient } from '../nango/client.ts'
import { PROOF_FIELD } from '../nango/proof.ts'
import { listRows, readRow } from '../nango/row.ts'
import type { Link } from './ticket.ts'
import { isRecord } from '../util/is-record.ts'

/** Milliseconds: lifetime of Nango's sessions, plus the allowed clock skew. */
const SESSION_LIFE = 30 * 60_000
const SLACK = 5 * 60_000
const NEWEST = 100
/** Each page costs a call to Nango, and any holder of a link can cause one. */
const MAX_READ = 10

/** @returns Nango's row of the connection; null for an unused link, or if it is not found within these bounds */
export async function findMade (nango: NangoClient, link: Link): Promise<Record<string, unknown> | null> {
  const { connectionId, expiresAt } = link
  const candidates = connectionId === null ? await newestSince(nango, expiresAt - SESSION_LIFE - SLACK) : [connectionId]
  for (const id of candidates) {
    const row = await readMade(nango, id, link)
    if (row !== null) return row
  }
  return null
}

/** @returns Nango's row of the connection; null if there is none, or if another link created it */
export async function readMade (
  nango: NangoClient, connectionId: string, { proof }: Pick<Link, 'proof'>
): Promise<Record<string, unknown> | null> {
  try {
    const row = await readRow(nango, connectionId)
    return holds(row, proof) ? row : null
  } catch (error) {
    if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') return null
    throw error
  }
}

function holds (row: Record<string, unknown>, proof: string): boolean {
  const config = isRecord(row.connection_config) ? row.connection_config : {}
  const held = config[PROOF_FIELD]
  return typeof held === 'string' && timingSafeEqual(digest(held), digest(proof))
}

async function newestSince (nango: NangoClient, since: number): Promise<string[]> {
  const rows = await listRows(nango, new URLSearchParams({ limit: String(NEWEST), page: '0' }))
  return rows.filter(isRecord)
    .filter(({ created, connection_id: id }) => typeof id === 'string' && typeof created === 'string' && Date.parse(created) >= since)
    .slice(0, MAX_READ).map(({ connection_id: id }) => String(id))
}

function digest (text: string): Buffer { return createHash('sha256').update(text).digest() }
