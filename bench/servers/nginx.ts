/** nginx as ROLLER and as Nango's proxy: fast enough not to be the bottleneck. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asVerified } from '../../test/support/build.ts'
import type { Command } from '../processes.ts'
import { FOUND } from '../workloads.ts'

/** Nango's list of connections: the connection of any query exists, with a verified venue. */
const CONNECTION = JSON.stringify({
  connections: [{
    id: 1,
    connection_id: '$arg_connectionId',
    provider_config_key: 'roller',
    provider: 'roller',
    created: '2026-11-01T00:00:00.000Z',
    ...asVerified({ id: '$arg_connectionId', environment: 'live', name: null, timeZone: null, currency: null, locale: null }),
    end_user: null,
    errors: []
  }]
})
const TOKEN = JSON.stringify({ access_token: 'a1b2c3d4'.repeat(100), token_type: 'Bearer', expires_in: 86_400 })

/**
 * ROLLER's bookings, and the same under Nango's /proxy. The simulated Nango serves the rest of Nango's API. `/calls` returns the number of
 * requests.
 */
export function upstream (folder: string, port: number, nangoUrl: string): Command {
  const file = join(folder, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
  writeFileSync(file, `daemon off;
master_process off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log stderr crit;
events { worker_connections 4096; }
http {
  ${temporary.join('\n  ')}
  keepalive_requests 1000000000;
  access_log off;
  server {
    listen 127.0.0.1:${port} reuseport;
    default_type application/json;
    location ~ ^(/proxy)?/bookings$ {
      add_header Cache-Control no-store;
      add_header Request-Context appId=cid-v1:7d1c0d2f-6a5e-4a39-a3ba-3b0a7f3f4f5a;
      return 200 '${FOUND}';
    }
    location = /token { return 200 '${TOKEN}'; }
    location = /connections { return 200 '${CONNECTION}'; }
    location = /calls { stub_status; }
    location / { proxy_pass ${nangoUrl}; }
  }
}
`)
  return { file: 'nginx', args: ['-p', folder, '-c', file] }
}
