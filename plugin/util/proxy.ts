/** The HTTP proxy in front of an address, decided in one place for all outgoing traffic. */
import { BlockList, isIP } from 'node:net'

export interface ProxyOptions {
  /** Proxy for http addresses. */
  readonly http?: string | undefined
  /** Proxy for https addresses. */
  readonly https?: string | undefined
  /** Hosts that are called directly: names with their subdomains, addresses, networks; each with an optional port. */
  readonly noProxy?: string | undefined
}

/** @returns the proxy of an address; null: it is called directly */
export type FindProxy = (url: string | URL) => URL | null

/** What a message says of a wrong one. */
export const PROXY_RULE =
  'the http or https address of a proxy, without path, with any user and password percent-encoded, such as http://proxy.example.com:3128'

export function isProxyUrl (text: string): boolean {
  return /^https?:\/\/[^/?#\\\s]+\/?$/i.test(text) && URL.canParse(text) && isDecodable(new URL(text).username + new URL(text).password)
}

/** As the user and password of an address must be. */
export function isDecodable (text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

interface Exception {
  /** Without brackets, as `isIP` takes it. */
  readonly host: string
  readonly port: string
}

/** Empty values are as good as none, since variables of an environment may be. */
export function proxyFinder ({ http = '', https = '', noProxy = '' }: ProxyOptions = {}): FindProxy {
  const proxies: Readonly<Record<string, URL | null>> = {
    'http:': http === '' ? null : new URL(http), 'https:': https === '' ? null : new URL(https)
  }
  const isDirect = exceptions(noProxy)
  return (url) => {
    const { protocol, hostname, port } = new URL(url)
    const proxy = proxies[protocol] ?? null
    const host = hostname.replace(/^\[|\]$/g, '')
    return proxy === null || isThisMachine(host) || isDirect(host, port || (protocol === 'https:' ? '443' : '80')) ? null : proxy
  }
}

/** A proxy would look for the address on its own machine. */
function isThisMachine (host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function exceptions (noProxy: string): (host: string, port: string) => boolean {
  const entries = noProxy.toLowerCase().split(/[,\s]+/).filter((entry) => entry !== '')
  if (entries.includes('*')) return () => true
  const networks = new BlockList()
  const hosts: Exception[] = []
  for (const entry of entries) {
    const [, address = '', bits = ''] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? []
    const version = isIP(address)
    if (version !== 0 && Number(bits) <= (version === 4 ? 32 : 128)) networks.addSubnet(address, Number(bits), family(version))
    else hosts.push(readException(entry))
  }
  return (host, port) => {
    const version = isIP(host)
    return (version !== 0 && networks.check(host, family(version))) ||
      hosts.some((one) => (one.port === '' || one.port === port) && (host === one.host || host.endsWith(`.${one.host}`)))
  }
}

function readException (entry: string): Exception {
  const [, bracketed, host = bracketed ?? '', port = ''] = isIP(entry) === 6
    ? [entry, entry]
    : /^(?:\[(.+)\]|(.+?))(?::(\d{1,5}))?$/.exec(entry) ?? []
  return { host: host.replace(/^\*?\./, ''), port }
}

function family (version: number): 'ipv4' | 'ipv6' { return version === 4 ? 'ipv4' : 'ipv6' }
