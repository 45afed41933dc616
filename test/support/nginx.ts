/** A real nginx in front of a server of the test's own. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'
import { MissingTool } from './missing-tool.ts'

const NGINX = process.env['NGINX'] ?? 'nginx'
const installed = spawnSync(NGINX, ['-v']).status === 0

/** Options of tap's `test`. Where CI is set, a missing nginx is a failure, not a reason to skip. */
export const needsNginx: { skip?: string } = installed || process.env['CI'] ? {} : { skip: 'nginx is not installed' }

/**
 * @param locations inside of `server { }`, with the server's address for `{server}`
 * @returns the address of nginx
 */
export async function startNginx (t: Pick<Test, 'teardown' | 'testdir'>, server: string, locations: string): Promise<string> {
  if (!installed) throw new MissingTool('nginx')
  const folder = t.testdir({})
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`)
  writeFileSync(`${folder}/nginx.conf`, `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr crit;
events {}
http {
  ${temporary.join('\n  ')}
  access_log off;
  server {
    listen 127.0.0.1:${port};
    ${locations.replaceAll('{server}', server)}
  }
}
`)
  const child = spawn(NGINX, ['-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`], { stdio: ['ignore', 'ignore', 'inherit'] })
  t.teardown(async () => {
    if (child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  for (let turn = 0; turn < 500 && !await respond(port); turn++) await new Promise((resolve) => setTimeout(resolve, 10))
  return `http://127.0.0.1:${port}`
}

async function respond (port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}
