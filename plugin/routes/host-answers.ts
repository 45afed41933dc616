/**
 * Checks the return values of the option functions before they are used. TypeScript checks nothing at run time, and a wrong shape must
 * never grant access: `'venue-10'.includes('venue-1')` is true, and promises, objects and 'no' are truthy.
 */
import { RollerError } from '../errors.ts'
import { isReserved, MAX_OWN_TAGS, MAX_TAGS } from '../nango/connection.ts'
import { isObject, isPlainObject } from '../util/is-record.ts'

/** An identity as the routes use it. */
export interface Limits {
  /** Keys in lower case, as Nango stores them. */
  readonly tags: Readonly<Record<string, string>>
  readonly connections?: readonly string[]
  /** Without tags: only the ids determine the caller's connections. */
  readonly byId: boolean
}

/** Each call is compared with all of them; use a tag for more than this. */
const MAX_CONNECTIONS = 1_000
const MAX_ID_LENGTH = 255
/** Nango's rules for tags. */
const TAG_KEY = /^[A-Za-z][A-Za-z0-9_./-]{0,63}$/
const MAX_TAG_LENGTH = 255

/**
 * Copies the identity, so that the checked values are the ones used, even if the application changes its objects afterwards.
 * @param identity what `identify` returned, other than null and 'trusted'
 * @throws RollerError ROLLER_ERR_INTERNAL for anything that is no identity
 */
export function toLimits (identity: unknown): Limits {
  if (!isObject(identity)) {
    throw hostFault('identify', `gave ${kindOf(identity)}`, "an object with tags or connections, 'trusted', or null")
  }
  const { tags: givenTags, connections: givenIds } = identity
  const tags = givenTags === undefined ? {} : toTags(givenTags)
  const byId = Object.keys(tags).length === 0
  // An empty set of tags would match every venue's connection.
  if (byId && givenIds === undefined) {
    throw hostFault('identify', 'gave neither tags nor connections', 'at least one tag, or a list of connection ids')
  }
  return givenIds === undefined ? { tags, byId } : { tags, byId, connections: toIds(givenIds) }
}

function toTags (given: unknown): Record<string, string> {
  if (!isPlainObject(given)) throw hostFault('identify', `gave tags as ${kindOf(given)}`, 'a plain object of texts')
  const tags: Record<string, string> = {}
  const keys = Object.keys(given)
  if (keys.length > MAX_TAGS) throw hostFault('identify', `gave ${keys.length} tags`, `at most ${MAX_TAGS}, as Nango does`)
  for (const key of keys) {
    // The key itself is not repeated: it may be a misplaced value.
    if (!TAG_KEY.test(key)) {
      throw hostFault('identify', 'gave a tag with a key that Nango does not take', 'keys of a letter and letters, digits, _ . / -')
    }
    const value = given[key]
    if (typeof value !== 'string' || value === '' || value.length > MAX_TAG_LENGTH) {
      // A tag without a value would match every connection that has no such tag.
      throw hostFault('identify', `gave ${kindOf(value)} for the tag ${key}`, `a text of 1 to ${MAX_TAG_LENGTH} characters`)
    }
    const lower = key.toLowerCase()
    if (Object.hasOwn(tags, lower)) throw hostFault('identify', `gave the tag ${lower} twice, in different case`, 'each tag once')
    tags[lower] = value
  }
  return tags
}

/**
 * A new connection gets the identity's tags, beside those of its venue; fewer fit than a filter may have.
 * @throws RollerError ROLLER_ERR_INTERNAL
 */
export function checkNewTags (tags: Limits['tags']): void {
  const keys = Object.keys(tags)
  if (keys.length > MAX_OWN_TAGS) {
    throw hostFault('identify', `gave ${keys.length} tags for a new connection`, `at most ${MAX_OWN_TAGS}; Nango keeps ${MAX_TAGS}`)
  }
  const reserved = keys.find(isReserved)
  if (reserved !== undefined) throw hostFault('identify', `gave the reserved tag ${reserved} for a new connection`, 'tags of other names')
}

function toIds (given: unknown): readonly string[] {
  if (!Array.isArray(given)) throw hostFault('identify', `gave connections as ${kindOf(given)}`, 'an array of connection ids')
  const { length } = given
  if (length > MAX_CONNECTIONS) {
    throw hostFault('identify', `gave ${length} connections`, `at most ${MAX_CONNECTIONS}; a tag finds more of them`)
  }
  const ids: string[] = []
  // By index: a hole in the array is an error as well.
  for (let index = 0; index < length; index++) {
    const id: unknown = given[index]
    if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH) {
      throw hostFault(
        'identify', `gave ${kindOf(id)} at place ${index} of connections`, `connection ids of 1 to ${MAX_ID_LENGTH} characters`
      )
    }
    ids.push(id)
  }
  const own = new Set(ids)
  return own.size === length ? ids : [...own] // a repeated id would be listed twice
}

/**
 * @returns the result of `authorize`; undefined means false
 * @throws RollerError ROLLER_ERR_INTERNAL for anything but a boolean
 */
export function isAllowed (result: unknown): boolean {
  if (result === true) return true
  if (result === false || result === undefined || result === null) return false
  throw hostFault('authorize', `gave ${kindOf(result)}`, 'true or false')
}

/**
 * @returns the connection id from `connection`; null if it chose none
 * @throws RollerError ROLLER_ERR_INTERNAL for anything but a string
 */
export function chosenId (chosen: unknown): string | null {
  if (chosen === undefined || chosen === null || chosen === '') return null
  if (typeof chosen === 'string') return chosen
  throw hostFault('connection', `gave ${kindOf(chosen)}`, 'one connection id, as a text')
}

/** The type of a value, never the value: it may be any data of the application. */
function kindOf (value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return value === '' ? 'an empty text' : value.length > MAX_ID_LENGTH ? 'a text that is too long' : 'a text'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Promise) return 'a promise'
  if (value instanceof Map || value instanceof Set) return `a ${value.constructor.name}`
  return typeof value === 'object' ? 'an object of another kind' : `a ${typeof value}`
}

/** The caller gets a general error; the log has the cause. */
function hostFault (option: string, was: string, expected: string): RollerError {
  return new RollerError('ROLLER_ERR_INTERNAL', {
    detail: 'A function of this application returned an invalid value to the gateway. Nothing was sent to ROLLER.',
    hint: 'The developers of this application must fix it: the log has the option and its expected result, under the request id of this ' +
      'response.',
    cause: new TypeError(`${option}() ${was}; expected ${expected}`)
  })
}
