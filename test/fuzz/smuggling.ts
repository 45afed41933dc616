/** Messages whose end is ambiguous between two servers, and other attacks on the parser over a raw socket. */
import fc from 'fast-check'
import { KEYS } from './canaries.ts'
import { forgetVenue, frame, newMark, MARK_HEADER, venueOf, type Conversation } from './conversation.ts'
import { CONNECTIONS } from './hostile.ts'

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

interface Call { readonly method: 'GET' | 'POST', readonly path: string, readonly connection: string, readonly key: string }

const path = pick(
  '/roller/venues/me', '/roller/products', '/roller/bookings', '/roller/discounts/x', '/roller/api/new', '/connections/venue-1', '/health',
  '/metrics'
)
const call: fc.Arbitrary<Call> = fc.record(
  {
    method: pick('GET' as const, 'POST' as const),
    path,
    connection: pick(...CONNECTIONS),
    key: pick(...Object.values(KEYS), 'wrong-key-wrong-key')
  }
)

/** Headers with which a request would pass, so that a smuggled one is detected. */
const common = ({ connection, key }: Call, mark: string): string[] =>
  [
    'Host: localhost', `Authorization: Bearer ${key}`, `Connection-Id: ${connection}`, `${MARK_HEADER}: ${mark}`, `X-Request-Id: ${mark}`,
    'Content-Type: application/json'
  ]

interface Built { readonly head: string[], readonly body: string }
type Shape = (inner: string, twist: number) => Built

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const of = <T>(values: readonly T[], twist: number): T => values[twist % values.length] as T // never empty

/**
 * The second request is inside the first one's body for one of two parsers, or follows a message that must be rejected. Whatever the
 * gateway's parser, it must not become a call (RFC 9112 6.3, 7.1 and 11.2).
 */
const smuggling: Record<string, Shape> = {
  'CL.TE': (inner) => ({ head: [`Content-Length: ${5 + inner.length}`, 'Transfer-Encoding: chunked'], body: `0\r\n\r\n${inner}` }),
  'TE.CL': (inner, twist) => (
    { head: ['Transfer-Encoding: chunked', `Content-Length: ${of([0, 3, 4, 6], twist)}`], body: `${chunk(inner)}0\r\n\r\n` }
  ),
  'TE.TE': (inner, twist) => ({
    head: [`Content-Length: ${5 + inner.length}`, of([
      'Transfer-Encoding: xchunked', 'Transfer-Encoding : chunked', 'Transfer-Encoding:\tchunked', 'Transfer-Encoding: \x0bchunked',
      ' Transfer-Encoding: chunked', 'X: y\nTransfer-Encoding: chunked',
      'X: y\rTransfer-Encoding: chunked', 'Transfer-Encoding\r\n : chunked', 'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: "chunked"', 'Transfer-Encoding: chunked;q=1',
      'transfer_encoding: x\r\nTransfer-Encoding: CHUNKED', 'Transfer-Encoding: chunked\x00', 'Transfer-Encoding:\r\n chunked',
      'Transfer-\x00Encoding: chunked'
    ], twist)],
    body: `0\r\n\r\n${inner}`
  }),
  'two lengths': (inner, twist) => ({
    head: of([
      ['Content-Length: 0', `Content-Length: ${inner.length}`], [`Content-Length: ${inner.length}`, 'Content-Length: 0'],
      [`Content-Length: 0, ${inner.length}`], [`Content-Length: ${inner.length},`],
      ['Content-Length: 0', `content-length: ${inner.length}`],
      [`Content-Length: ${inner.length}`, 'Content-Length :0']
    ], twist),
    body: inner
  }),
  'a length that is none': (inner, twist) => ({
    head: [of([
      `Content-Length: +${inner.length}`, `Content-Length: -${inner.length}`, `Content-Length: 0x${inner.length.toString(16)}`,
      `Content-Length: ${inner.length}e0`, 'Content-Length: 99999999999999999999999', `Content-Length: ${inner.length} 0`,
      `Content-Length: ${inner.length}.0`, `Content-Length : ${inner.length}`, `Content-Length:\r\n ${inner.length}`,
      `Content-Length: ${inner.length}\x00`, `Content-Length: \xb2${inner.length}`, 'Content-Length: ten'
    ], twist)],
    body: inner
  }),
  'chunks that are none': (inner, twist) => ({
    head: ['Transfer-Encoding: chunked'],
    body: of([
      `0x5\r\nabcde\r\n0\r\n\r\n${inner}`, `-1\r\n\r\n${inner}`, `fffffffffffffffff\r\n${inner}`, `ffffffffffffffff\r\n${inner}`,
      `5\nabcde\n0\n\n${inner}`, `5\rabcde\r0\r\r${inner}`, `5 \r\nabcdeXX0\r\n\r\n${inner}`, `5\r\nabcdeXX0\r\n\r\n${inner}`,
      `5\r\nabcdef\r\n0\r\n\r\n${inner}`, `;a\r\n${inner}`, `\r\n${inner}`, `0_0\r\n${inner}`, `5;\n\r\nabcde\r\n0\r\n\r\n${inner}`,
      `5;a="\nGET / HTTP/1.1\n"\r\nabcde\r\n0\r\n\r\n${inner}`, `${chunk(inner).replace('\r\n', '\n')}0\r\n\r\n`
    ], twist)
  }),
  'in a chunk': (inner, twist) => {
    const size = inner.length.toString(16)
    const ways = [chunk(inner), `${size};a=b;c="d"\r\n${inner}\r\n`, `000${size}\r\n${inner}\r\n`]
    return { head: ['Transfer-Encoding: chunked'], body: `${chunk('{')}${of(ways, twist)}0\r\n\r\n` }
  },
  'in a trailer': (inner) => (
    {
      head: ['Transfer-Encoding: chunked', 'Trailer: X-Inner'], body: `${chunk('{}')}0\r\nX-Inner: ${inner.replaceAll('\r\n', ' ')}\r\n\r\n`
    }
  ),
  'in a body': (inner) => ({ head: [`Content-Length: ${inner.length}`], body: inner }),
  'behind the end': (inner) => ({ head: ['Content-Length: 2', 'Connection: close'], body: `{}${inner}` }),
  'in a body that is too large': (inner) => ({ head: ['Content-Length: 9000000'], body: `${inner}${inner}` }),
  'behind a header that is none': (inner, twist) => ({
    head: [
      of(
        [
          'X: a\rY: b', 'X: a\nY: b', 'X\x00: a', 'X: a\x00b', 'X y: z', ': z', 'X', '\x80\xff: x', ' X: folded', 'X: a\x01', '\tX: y',
          'X:\x7f'
        ],
        twist
      ),
      'Content-Length: 0', 'Connection: close'
    ],
    body: inner
  })
}

const smuggled: fc.Arbitrary<Conversation> = fc.tuple(
  pick(...Object.keys(smuggling)), fc.nat(1000), call, call, fc.boolean()
).map(([name, twist, front, behind, pipelined]) => {
  const mark = newMark(venueOf(front.connection, front.key))
  const innerMark = newMark()
  const inner = `GET ${behind.path} HTTP/1.1\r\n${common(behind, innerMark).join('\r\n')}\r\n\r\n`
  const { head, body } = (smuggling[name] as Shape)(inner, twist) // one of its names
  const first = Buffer.from(
    `${front.method} ${front.path} HTTP/1.1\r\n${[...common(front, mark), ...head].join('\r\n')}\r\n\r\n${body}`, 'latin1'
  )
  const ahead = pipelined
    ? frame(
      {
        method: 'GET',
        target: '/roller/venues/me',
        headers: [['authorization', `Bearer ${KEYS.reader}`], ['connection-id', front.connection]],
        body: ''
      }
    )
    : null
  const starved = name === 'in a body that is too large'
  return {
    bytes: ahead === null ? first : Buffer.concat([ahead.bytes, first]),
    sent: ahead === null ? [mark] : [ahead.mark, mark],
    smuggled: [innerMark],
    expected: starved ? 100 : ahead === null ? 1 : 2,
    whole: false,
    inOrder: false,
    shape: `${name} (${twist})`
  }
})

/** Complete requests in a row: as many responses, in order. */
const pipelined: fc.Arbitrary<Conversation> = fc.array(fc.tuple(call, fc.boolean()), { minLength: 2, maxLength: 12 }).map((calls) => {
  const marks = calls.map(([one]) => newMark(venueOf(one.connection, one.key)))
  const texts = calls.map(([one, chunked], index) => {
    const body = one.method === 'POST' ? '{"name":"x"}' : ''
    const framing = one.method === 'GET' ? [] : chunked ? ['Transfer-Encoding: chunked'] : [`Content-Length: ${body.length}`]
    return `${one.method} ${one.path} ` +
      `HTTP/1.1\r\n${[...common(one, marks[index] ?? ''), ...framing].join('\r\n')}\r\n\r\n` +
      `${one.method === 'GET' ? '' : chunked ? `${chunk(body)}0\r\n\r\n` : body}`
  })
  return {
    bytes: Buffer.from(texts.join(''), 'latin1'),
    sent: marks,
    smuggled: [],
    expected: calls.length,
    whole: true,
    inOrder: true,
    shape: `${calls.length} pipelined`
  }
})

/** Lines and bytes that are not a valid HTTP/1.1 request; {} is replaced by its headers. */
const odd: fc.Arbitrary<Conversation> = fc.tuple(call, fc.nat(1000), fc.integer({ min: 1, max: 3_000 })).map(([one, twist, size]) => {
  const mark = newMark()
  const fields = `${common(one, mark).join('\r\n')}\r\n\r\n`
  const bare = fields.replace('Host: localhost\r\n', '')
  const text = of([
    `GET http://evil.example${one.path} HTTP/1.1\r\n${fields}`, `GET http://localhost${one.path} HTTP/1.1\r\n${fields}`,
    `CONNECT roller.app:443 HTTP/1.1\r\n${fields}`, `GET roller.app:443 HTTP/1.1\r\n${fields}`, `OPTIONS * HTTP/1.1\r\n${fields}`,
    `GET //evil.example${one.path} HTTP/1.1\r\n${fields}`, `GET ${one.path}\x00 HTTP/1.1\r\n${fields}`,
    `GET ${one.path}\xe9\xff HTTP/1.1\r\n${fields}`, `GET ${one.path}\r HTTP/1.1\r\n${fields}`, `GET\t${one.path}\tHTTP/1.1\r\n${fields}`,
    `GET  ${one.path} HTTP/1.1\r\n${fields}`, `${'G'.repeat(size)} ${one.path} HTTP/1.1\r\n${fields}`,
    `get ${one.path} HTTP/1.1\r\n${fields}`, `GET ${one.path}\r\n\r\n`, `GET ${one.path} HTTP/0.9\r\n${fields}`,
    `GET ${one.path} HTTP/2.0\r\n${fields}`,
    `GET ${one.path} HTTP/1.1 \r\n${fields}`, `GET ${one.path} http/1.1\r\n${fields}`, `GET ${one.path} HTTP/1.10\r\n${fields}`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00', `\r\n\r\nGET ${one.path} HTTP/1.1\r\n${fields}`,
    `GET ${one.path} HTTP/1.1\n${fields.replaceAll('\r\n', '\n')}`, `GET ${one.path} HTTP/1.1\r\n${bare}`,
    `GET ${one.path} HTTP/1.1\r\nHost: evil.example\r\n${fields}`, `GET ${one.path} HTTP/1.1\r\nExpect: ${'x'.repeat(size)}\r\n${fields}`,
    `POST ${one.path} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n${fields}{}`,
    `GET ${one.path} HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: ` +
    `AAMAAABkAARAAAAAAAIAAAAA\r\n${fields}`,
    `GET ${one.path} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n${fields}`,
    `GET ${one.path} HTTP/1.1\r\n${'X: y\r\n'.repeat(size)}${fields}`,
    `GET ${one.path} HTTP/1.1\r\nX: ${'y'.repeat(size * 10)}\r\n${fields}`,
    `GET ${one.path}?${'z'.repeat(size * 10)} HTTP/1.1\r\n${fields}`,
    `GET ${one.path} HTTP/1.1\r\nConnection: connection-id, authorization, accept-language\r\n${fields}`,
    `POST ${one.path} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n${fields}0\r\n\r\n`,
    '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03', 'SSH-2.0-x\r\n', `${'\x00'.repeat(size)}`,
    `GET ${one.path} HTTP/1.1\r\nCookie: ${mark}\r\nCookie: b\r\nAuthorization: Basic x\r\n${fields}`,
    `TRACE ${one.path} HTTP/1.1\r\nMax-Forwards: 0\r\n${fields}`
  ], twist)
  return {
    bytes: Buffer.from(text, 'latin1'), sent: [mark], smuggled: [], expected: 1, whole: false, inOrder: false, shape: `odd ${twist}`
  }
})

const whole = fc.oneof({ weight: 4, arbitrary: smuggled }, { weight: 2, arbitrary: pipelined }, { weight: 3, arbitrary: odd })

/** The beginning of a request. */
const partial: fc.Arbitrary<Conversation> = fc.tuple(whole, fc.double({ min: 0.02, max: 0.999, noNaN: true })).map(([one, part]) =>
  (
    {
      ...one,
      bytes: one.bytes.subarray(0, Math.floor(one.bytes.length * part)),
      expected: 0,
      whole: false,
      inOrder: false,
      shape: `a part of ${one.shape}`
    }
  ))

/** With some bytes changed, so that text of a body may become a request. */
const mutated: fc.Arbitrary<Conversation> = fc.tuple(
  whole,
  fc.array(
    fc.record(
      {
        at: fc.double({ min: 0, max: 0.999, noNaN: true }),
        kind: pick('flip', 'insert', 'delete', 'repeat'),
        byte: fc.oneof(pick(0, 9, 10, 13, 32, 44, 58, 59), fc.integer({ min: 0, max: 255 })),
        length: fc.integer({ min: 1, max: 20 })
      }
    ),
    { minLength: 1, maxLength: 4 }
  )
).map(([one, changes]) => {
  let bytes = one.bytes
  const sent = [...one.sent, ...one.smuggled]
  sent.forEach(forgetVenue) // it may have become another venue
  for (const { at, kind, byte, length } of changes) {
    const index = Math.floor(bytes.length * at)
    const [before, rest] = [bytes.subarray(0, index), bytes.subarray(index)]
    bytes = Buffer.concat(kind === 'insert'
      ? [before, Buffer.of(byte), rest]
      : kind === 'delete'
        ? [before, rest.subarray(length)]
        : kind === 'repeat' ? [before, rest.subarray(0, length), rest] : [before, Buffer.of(byte), rest.subarray(1)])
  }
  return { bytes, sent, smuggled: [], expected: one.expected, whole: false, inOrder: false, shape: `changed ${one.shape}` }
})

export const rawConversation: fc.Arbitrary<Conversation> = fc.oneof(
  { weight: 6, arbitrary: whole }, { weight: 2, arbitrary: partial }, { weight: 2, arbitrary: mutated }
)
