/** nginx, as ROLLER with a Nango in front (so fast that neither is what is measured), and as a reverse proxy to compare with. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asVerified } from '../../test/support/build.ts'
import type { Command } from '../processes.ts'
import { BASE, FOUND } from '../workloads.ts'

function nginx (folder: string, name: string, http: string): Command {
  const home = join(folder, name)
  mkdirSync(home, { recursive: true })
  const file = join(home, 'nginx.conf')
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${join(home, kind)};`).join('\n')
  writeFileSync(file, `daemon off;
master_process off;
worker_processes 1;
pid ${join(home, 'pid')};
error_log stderr crit;
events { worker_connections 4096; }
http {
${paths}
  keepalive_requests 1000000000;
  client_max_body_size 0;
${http}
}
`)
  return { file: 'nginx', args: ['-p', home, '-c', file] }
}

/** Nango's list, asked for one connection: whichever it is, there it is, with its venue verified. */
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

/**
 * ROLLER's bookings, and the same behind Nango's /proxy. What is no ROLLER path is Nango's own API, which the simulator answers.
 * `/calls` tells how many requests have come.
 */
export function upstream (folder: string, port: number, nangoUrl: string): Command {
  return nginx(folder, 'upstream', `  access_log off;
  server {
    listen 127.0.0.1:${port} reuseport;
    default_type application/json;
    location ~ ^(/proxy)?/bookings$ {
      add_header Cache-Control no-store;
      add_header Request-Context appId=cid-v1:7d1c0d2f-6a5e-4a39-a3ba-3b0a7f3f4f5a;
      return 200 '${FOUND}';
    }
    location = /token { return 200 '{"access_token":"${'a1b2c3d4'.repeat(100)}","token_type":"Bearer","expires_in":86400}'; }
    location = /connections { return 200 '${CONNECTION}'; }
    location = /calls { stub_status; }
    location / { proxy_pass ${nangoUrl}; }
  }`)
}

/** A reverse proxy with connections kept to the upstream, as nginx' own guide shows it. */
export function reverseProxy (folder: string, port: number, upstreamUrl: string, log: boolean): Command {
  return nginx(folder, log ? 'proxy-log' : 'proxy', `  access_log ${log ? '/dev/null' : 'off'};
  upstream roller {
    server ${new URL(upstreamUrl).host};
    keepalive 128;
  }
  server {
    listen 127.0.0.1:${port};
    location ${BASE}/ {
      proxy_pass http://roller/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }`)
}
