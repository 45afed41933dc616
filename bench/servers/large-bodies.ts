/** ROLLER for large bodies: `/down/<bytes>` sends that many bytes, `/up` reads the body and returns its size. */
import { createServer } from 'node:http'
import { Readable } from 'node:stream'

const BLOCK = Buffer.alloc(64 * 1024, 'x')

function * blocks (bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= BLOCK.length) yield left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK
}

createServer((request, response) => {
  const down = /^\/down\/(\d+)$/.exec(request.url ?? '')
  if (down !== null) {
    const size = Number(down[1])
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size })
    Readable.from(blocks(size)).pipe(response)
    return
  }
  let bytes = 0
  request.on('data', (chunk: Buffer) => { bytes += chunk.length })
  request.on('end', () => { response.setHeader('content-type', 'application/json').end(JSON.stringify({ bytes })) })
}).listen(Number(process.env.PORT), '127.0.0.1')
