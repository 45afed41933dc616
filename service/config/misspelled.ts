/** Finds variables that resemble one of the service: a misspelled one would be ignored, even if it closes an operation or sets a key. */
import { distance as editDistance } from 'fastest-levenshtein'
import { Environment } from './environment.ts'

const NAMES = Object.keys(Environment.properties)

/** Kubernetes gives each container the addresses of its neighbors: NANGO_SERVICE_HOST, ROLLER_PORT_3000_TCP. */
const ADDRESS_OF_A_NEIGHBOR = /_(?:SERVICE_HOST|SERVICE_PORT\w*|PORT(?:_\d+_\w+)?)$/
/** Variables that Compose files and images beside this service use. */
const OTHERS = /_(?:VERSION|IMAGE|TAG)$/

/** @returns a message for each; values are not repeated */
export function misspelledVariables (source: object): string[] {
  return Object.keys(source).flatMap((given) => {
    const name = given.replace(/_FILE$/, '')
    if (NAMES.includes(name) || ADDRESS_OF_A_NEIGHBOR.test(name) || OTHERS.test(name)) return []
    const [nearest, distance] = nearestTo(name)
    const looksLikeOurs = /^(?:NANGO|ROLLER)_/.test(name) || distance <= allowed(nearest)
    return looksLikeOurs ? [`The environment variable ${given} is not known and has no effect. The nearest is ${nearest}.`] : []
  })
}

/** Short names resemble many others, such as HOST and POST. */
function allowed (name: string): number { return Math.min(2, Math.floor(plain(name).length / 3) - 1) }

function nearestTo (name: string): [name: string, distance: number] {
  const byDistance = NAMES.map((known): [string, number] => [known, editDistance(plain(name), plain(known))])
  return byDistance.reduce((best, one) => one[1] < best[1] ? one : best)
}

function plain (name: string): string { return name.replaceAll('_', '').toUpperCase() }
