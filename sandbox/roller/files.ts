/** Files of bulk exports at URLs that need no authentication, like pre-signed URLs. */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { forbidden, notFound } from './input.ts'

export interface PublishedFile { name: string, body: Buffer, expiresAt: number }
export type Files = Map<string, PublishedFile>

/** Returns the path that serves the bytes. */
export function publishFile (files: Files, name: string, body: Buffer, expiresAt: number): string {
  const path = `/files/${randomBytes(16).toString('hex')}/${name}`
  files.set(path, { name, body, expiresAt })
  return path
}

export function addFiles (app: FastifyInstance, files: Files, now: () => number): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/files/*',
    handler: async (request, reply) => {
      const [path = ''] = request.url.split('?')
      const file = files.get(path)
      if (file === undefined) throw notFound('The file does not exist')
      if (file.expiresAt <= now()) throw forbidden('Request has expired')
      return reply.type('application/json').send(file.body)
    }
  })
}
