/** A ticket is valid until shortly after its session, for one gateway and one integration, and unchanged only. */
import { test } from '../support/tap.ts'
import { Tickets } from '#plugin/connect-page/ticket.js'

const END = '2026-11-23T10:30:00.000Z'
const end = Date.parse(END)
const tickets = new Tickets('secret-key', 'roller')

test('accepts an issued ticket until five minutes after the session', async (t) => {
  const proof = tickets.newProof()
  const ticket = tickets.issue(proof, END)
  t.same(tickets.read(ticket, end - 1), { proof, connectionId: null, expiresAt: end })
  t.equal(tickets.read(ticket, end + 5 * 60_000 - 1)?.proof, proof)
  t.equal(tickets.read(ticket, end + 5 * 60_000), null)
  t.not(tickets.newProof(), proof)
})

test('accepts a ticket on every replica, but not with another key or integration', async (t) => {
  const proof = tickets.newProof()
  const ticket = tickets.issue(proof, END)
  t.equal(new Tickets('secret-key', 'roller').read(ticket, end)?.proof, proof)
  t.equal(new Tickets('another-key', 'roller').read(ticket, end), null)
  t.equal(new Tickets('secret-key', 'roller-playground').read(ticket, end), null)
})

test('rejects a ticket with any changed character', async (t) => {
  const ticket = tickets.issue(tickets.newProof(), END)
  const [time = '', proof = '', signature = ''] = ticket.split('.')
  const other = (character: string): string => character === 'A' ? 'B' : 'A'
  // The last character of the signature carries bits that base64url does not use: it may be written in several ways, and means the same.
  for (let at = 0; at < ticket.length - 1; at++) {
    if (ticket[at] === '.') continue
    t.equal(tickets.read(ticket.slice(0, at) + other(ticket[at] ?? '') + ticket.slice(at + 1), end), null)
  }
  for (const forged of [
    '', '..', `${time}.${proof}`, `${time}.${proof}.`, `${Number(time) + 3_600_000}.${proof}.${signature}`, ` ${ticket}`, `${ticket}=`,
    `${ticket}.x`
  ]) t.equal(tickets.read(forged, end), null, forged)
})
