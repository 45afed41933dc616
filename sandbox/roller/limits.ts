/** ROLLER's rate limits: a sliding window per credential pair and API, and a cooling-off once one is exceeded. */
export interface LimitOptions { rest?: number, reporting?: number, windowMs?: number, coolingOffMs?: number }

export function createLimits (now: () => number, options: LimitOptions | 'off') {
  const { rest = 600, reporting = 120, windowMs = 60_000, coolingOffMs = 60_000 } = options === 'off' ? {} : options
  const logs = new Map<string, number[]>()
  const cooling = new Map<string, number>()
  let penalties = 0

  /** Milliseconds left of the credential's cooling-off; 0 if it may call. */
  function coolingOffLeft (clientId: string): number {
    return Math.max(0, (cooling.get(clientId) ?? 0) - now())
  }

  return {
    get penalties () { return penalties },
    coolingOffLeft,

    /** Counts one call and returns the wait in milliseconds; a rejected call is not counted. */
    take (clientId: string, path: string): number {
      if (options === 'off') return 0
      const wait = coolingOffLeft(clientId)
      if (wait > 0) return wait
      const api = /^\/(data|reporting)(\/|$)/.test(path) ? 'reporting' : 'rest'
      const key = `${api} ${clientId}`
      const at = now()
      const log = (logs.get(key) ?? []).filter((time) => time > at - windowMs)
      logs.set(key, log)
      if (log.length < (api === 'rest' ? rest : reporting)) {
        log.push(at)
        return 0
      }
      // ROLLER: exceeding one API's limit starts a cooling-off of the whole credential.
      cooling.set(clientId, at + coolingOffMs)
      penalties++
      return coolingOffMs
    }
  }
}
