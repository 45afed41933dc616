/** An nginx without `proxy_http_version` speaks HTTP/1.0, over which an export that breaks off would look complete. */
import { test } from '../support/tap.ts'
import { listen, VENUE } from '../support/build.ts'
import { needsNginx, startNginx } from '../support/nginx.ts'

for (const [version, status] of [['1.0', 505], ['1.1', 200]] as const) {
  test(`an export over HTTP/${version} gets ${status}`, needsNginx, async (t) => {
    const { url } = await listen(t)
    const behind = await startNginx(t, url, `location / { proxy_pass {server}; proxy_http_version ${version}; }`)
    const response = await fetch(`${behind}/exports/discounts`, { headers: VENUE })
    t.equal(response.status, status)
    const body = await response.text()
    if (status === 505) t.match(JSON.parse(body), { code: 'ROLLER_ERR_HTTP', layer: 'caller', hint: /proxy_http_version 1\.1/ })
    t.equal((await fetch(`${behind}/roller/venues/me`, { headers: VENUE })).status, 200, 'a response with a length has no such problem')
  })
}
