/** Decompresses a body that the gateway reads itself: ROLLER compresses for the caller. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

const DECODERS: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync
}

/** @returns null if it cannot be decoded, or exceeds `limit` */
export function readable (body: Buffer, encoding: string | string[] | undefined, limit: number): Buffer | null {
  if (encoding === undefined || encoding === 'identity' || body.length === 0) return body
  const decode = typeof encoding === 'string' ? DECODERS[encoding.toLowerCase()] : undefined
  if (decode === undefined) return null
  try {
    return decode(body, { maxOutputLength: limit })
  } catch {
    return null
  }
}
