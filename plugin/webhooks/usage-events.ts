/** A venue has used up much of its monthly allowance, as far as this gateway has counted. Once each in a month. */
export interface UsageEvent {
  /** At 80 % and at 100 % of the allowance. */
  readonly name: 'usage.warning' | 'usage.exceeded'
  readonly id: string
  /** The connection whose call reached it. */
  readonly connectionId: string
  /** ISO 8601. */
  readonly noticedAt: string
  readonly usage: {
    /** `2026-11`, in UTC. */
    readonly month: string
    readonly rest: number
    readonly reporting: number
    readonly bulk: number
    readonly allowance: number
  }
}
