import { EMAIL, UP_TO_255, type Input } from './input.ts'

/** The tags of a body, and those generated from the deprecated end_user, which is not simulated otherwise. */
export function readTags (body: Input): Record<string, string> | undefined {
  const endUser = body.has('end_user') ? readEndUser(body.at('end_user')) : undefined
  const tags = body.tags()
  return endUser === undefined && tags === undefined ? undefined : { ...endUser, ...tags }
}

function readEndUser (fields: Input): Record<string, string> {
  fields.strict(['id', 'email', 'display_name'])
  const id = fields.text('id', { min: 1, max: 255 })
  const email = fields.optionalText('email', EMAIL)
  const displayName = fields.optionalText('display_name', UP_TO_255)
  return { end_user_id: id, ...(email && { end_user_email: email }), ...(displayName && { end_user_display_name: displayName }) }
}
