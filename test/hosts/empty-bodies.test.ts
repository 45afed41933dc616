/** No body is no body, whatever the headers say: many clients send a Content-Type with every request. */
import { connect } from 'node:net'
import { test } from '../support/tap.ts'
import { CONNECTION_ID, listen, VENUE } from '../support/build.ts'

const TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain']

test('a request without a body may have any Content-Type', async (t) => {
  const { url, roller } = await listen(t)
  for (const type of TYPES) {
    const headers = { ...VENUE, 'content-type': type }
    t.equal((await fetch(`${url}/connections/none`, { method: 'DELETE', headers })).status, 404, `DELETE, ${type}`)
    t.equal((await fetch(`${url}/connect-session`, { method: 'POST', headers, body: '' })).status, 201, `POST, ${type}`)
    const sent = await fetch(`${url}/roller/bookings/none`, { method: 'DELETE', headers })
    t.equal(sent.headers.get('roller-answered-by'), 'roller', `DELETE of ROLLER's, ${type}`)
    t.equal(String(roller.requests.at(-1)?.body), '')
  }
})

test('a chunked body of no bytes is none either', async (t) => {
  const { url } = await listen(t)
  const response = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let text = ''
    socket.on('data', (data) => { text += String(data) }).on('close', () => resolve(text))
    socket.write(`DELETE /connections/none HTTP/1.1\r\nHost: x\r\nConnection-Id: ${CONNECTION_ID}\r\nConnection: close\r\n` +
      'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')
  })
  t.match(response, /^HTTP\/1\.1 404 /)
})

test('a body of another type is still rejected, and a missing one is named', async (t) => {
  const { url } = await listen(t)
  for (const type of TYPES.slice(1)) {
    const response = await fetch(`${url}/connections`, { method: 'POST', headers: { 'content-type': type }, body: 'a=b' })
    t.match(await response.json(), { status: 415, code: 'ROLLER_ERR_MEDIA_TYPE' }, type)
  }
  const response = await fetch(`${url}/connections`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '' })
  t.match(await response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/body' }] })
})
