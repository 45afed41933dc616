import { EMAIL, UP_TO_255 } from './input.ts'
import type { Input } from './input.ts'
import type { EndUser, Organization } from './store.ts'

export function readEndUser (body: Input, organization?: Organization): EndUser | null {
  if (!body.has('end_user')) return null
  const fields = body.at('end_user').strict(['id', 'email', 'display_name', 'tags'])
  return {
    id: fields.text('id', { min: 1, max: 255 }),
    email: fields.optionalText('email', EMAIL),
    displayName: fields.optionalText('display_name', UP_TO_255),
    tags: fields.optionalTexts('tags', UP_TO_255) ?? {},
    organization
  }
}

export function readOrganization (body: Input): Organization | undefined {
  if (!body.has('organization')) return undefined
  const fields = body.at('organization').strict(['id', 'display_name'])
  return { id: fields.text('id', UP_TO_255), displayName: fields.optionalText('display_name', UP_TO_255) }
}

/** The tags that Nango makes from the deprecated end_user and organization. */
export function tagsOf (endUser: EndUser | null): Record<string, string> {
  if (endUser === null) return {}
  const { id, email, displayName, organization, tags } = endUser
  return {
    end_user_id: id,
    ...(email !== undefined && { end_user_email: email }),
    ...(displayName !== undefined && { end_user_display_name: displayName }),
    ...(organization !== undefined && { organization_id: organization.id }),
    ...(organization?.displayName !== undefined && { organization_display_name: organization.displayName }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]))
  }
}
