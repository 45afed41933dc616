/** Which proxy an address has. */
import { test } from '../support/tap.ts'
import { isProxyUrl, proxyFinder } from '#plugin/util/proxy.js'

const PROXIES = { http: 'http://one:3128', https: 'http://two:3128' }

test('the scheme of the address decides, and none is none', async (t) => {
  const find = proxyFinder(PROXIES)
  t.equal(find('http://nango.internal:3003/x')?.host, 'one:3128')
  t.equal(find('https://api.roller.app')?.host, 'two:3128')
  for (const none of [{}, { http: '', https: undefined, noProxy: '' }]) t.equal(proxyFinder(none)('https://api.roller.app'), null)
  t.equal(proxyFinder({ http: PROXIES.http })('https://api.roller.app'), null, 'one for http is none for https')
})

test('this machine is always called directly', async (t) => {
  const find = proxyFinder(PROXIES)
  for (const host of ['localhost:3003', '127.0.0.1', '127.8.0.1:80', '[::1]:80', 'nango.localhost', 'LOCALHOST']) {
    t.equal(find(`http://${host}/`), null, host)
  }
  for (const host of ['localhost.example.com', '128.0.0.1', '[::2]']) t.not(find(`http://${host}/`), null, host)
})

test('hosts of noProxy, with their subdomains, ports and networks', async (t) => {
  for (const [noProxy, direct, proxied] of [
    ['*', ['http://a.example', 'http://9.9.9.9'], []],
    ['example.com', ['http://example.com', 'http://a.example.com:81', 'http://EXAMPLE.com'], ['http://notexample.com']],
    [' .a.example , *.b.example', ['http://x.a.example', 'http://b.example'], ['http://c.example']],
    ['example.com:8080', ['http://example.com:8080'], ['http://example.com', 'https://example.com']],
    ['example.com:443,a.test:80', ['https://example.com', 'http://a.test'], ['http://example.com', 'https://a.test']],
    ['10.0.0.0/8 192.168.1.7', ['http://10.1.2.3', 'http://192.168.1.7:81'], ['http://11.0.0.1', 'http://10.example']],
    ['fd00::/8,[2001:db8::1]:80,2001:db8::2', ['http://[fd12::1]', 'http://[2001:db8::1]', 'http://[2001:db8::2]:81'],
      ['http://[fe80::1]', 'https://[2001:db8::1]']],
    ['example.com/99,10.0.0.0/99', [], ['http://example.com', 'http://10.0.0.0']]
  ] as const) {
    const find = proxyFinder({ ...PROXIES, noProxy })
    for (const url of direct) t.equal(find(url), null, `${noProxy}: ${url}`)
    for (const url of proxied) t.not(find(url), null, `${noProxy}: ${url}`)
  }
})

test('addresses of proxies', async (t) => {
  for (const url of ['http://proxy:3128', 'https://user:pass%20word@proxy.example.com', 'http://[::1]:3128/']) t.ok(isProxyUrl(url), url)
  for (const url of ['proxy:3128', 'socks5://proxy', 'http://proxy/path', 'http://', 'http://a b', '']) t.notOk(isProxyUrl(url), url)
})
