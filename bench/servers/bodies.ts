/** ROLLER for large bodies: `/down/<bytes>` sends so many, `/up` takes what comes and says how much it was. Behind /proxy as well, for the way through Nango. */
import { createServer } from 'node:http'

const BLOCK = Buffer.alloc(64 * 1024, 'x')

createServer((request, response) => {
  const path = (request.url ?? '/').replace(/^\/proxy/, '')
  const down = /^\/down\/(\d+)$/.exec(path)
  if (down !== null) return send(Number(down[1]))
  let size = 0
  request.on('data', (chunk: Buffer) => { size += chunk.length })
  request.on('end', () => { response.setHeader('content-type', 'application/json').end(JSON.stringify({ bytes: size })) })

  function send (bytes: number): void {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes })
    let left = bytes
    const more = (): void => {
      while (left > 0) {
        const block = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK
        left -= block.length
        if (!response.write(block)) break
      }
      if (left === 0) response.end()
      else response.once('drain', more)
    }
    more()
  }
}).listen(Number(process.env.PORT), '127.0.0.1')
