/** Staff accounts: unverified when created, invited, locked and unlocked. */
import { Created, type Call, type Routes } from './contract.ts'
import { conflict, demand, found, number, texts, textsOf } from './input.ts'
import type { Staff } from './types.ts'

/** Roles are a fixed list: ROLLER's API only reads them. */
export const roles = (['Administrator', 'Duty Manager', 'Front Desk', 'Court Marshal'] as const)
  .map((roleName, index) => ({ roleId: 1201 + index, roleName }))

const find = ({ venue, param }: Call): Staff => found(venue.staff.get(param('uniqueId')), `Staff '${param('uniqueId')}' not found`)

const published = ({ staffId: _, posPin: _pin, createdAt: _created, ...staff }: Staff) => staff

function read ({ venue, body }: Call, own?: Staff) {
  demand(body, 'roleId', 'firstName', 'lastName')
  const roleId = number(body, 'roleId') ?? 0
  const { firstName = '', lastName = '', ...contact } =
    textsOf(body, 'firstName', 'lastName', 'email', 'posPin', 'externalId', 'contactNumber', 'displayName')
  const { email, posPin } = contact
  if (!roles.some((role) => role.roleId === roleId)) throw conflict('RoleId', `Role ${roleId} does not exist`)
  if (email === undefined && posPin === undefined) throw conflict('Email', 'Either an email address or a POS PIN is required')
  const others = [...venue.staff.values()].filter((other) => other !== own)
  if (email !== undefined && others.some((other) => other.email?.toLowerCase() === email.toLowerCase())) {
    throw conflict('Email', `Email ${email} is already in use`)
  }
  if (posPin !== undefined && others.some((other) => other.posPin === posPin)) throw conflict('PosPin', 'POS PIN is already in use')
  const [staffIdentities, hqVenueGroupTags] = [texts(body, 'staffIdentities'), texts(body, 'hqVenueGroupTags')]
  return { roleId, firstName, lastName, ...contact, staffIdentities, hqVenueGroupTags, hqVenueUniqueIds: texts(body, 'hqVenueUniqueIds') }
}

export const staffRoutes: Routes = {
  'POST /staff': (call) => {
    const { venue, now } = call
    const values = read(call)
    const ids = { staffId: venue.next('staff'), uniqueId: venue.random.uuid() }
    const staff: Staff = { ...ids, ...values, hasVerifiedEmail: false, isLocked: false, createdAt: now }
    venue.staff.set(staff.uniqueId, staff)
    return new Created(published(staff))
  },

  'GET /staff/{uniqueId}': (call) => published(find(call)),

  'PUT /staff/{uniqueId}': (call) => {
    const staff = find(call)
    const values = read(call, staff)
    // A changed address must be verified again.
    if (values.email !== staff.email) staff.hasVerifiedEmail = false
    return published(Object.assign(staff, values))
  },

  'DELETE /staff/{uniqueId}': (call) => { call.venue.staff.delete(find(call).uniqueId) },

  'POST /staff/{uniqueId}/send-invitation': (call) => {
    const { email, hasVerifiedEmail } = find(call)
    if (email === undefined) throw conflict('Email', 'Staff member has no email address')
    if (hasVerifiedEmail) throw conflict('Email', 'Email address is already verified')
  },

  'POST /staff/{uniqueId}/lock': (call) => {
    const staff = find(call)
    if (staff.isLocked) throw conflict('Staff', 'Staff member is already locked')
    staff.isLocked = true
  },

  'POST /staff/{uniqueId}/unlock': (call) => {
    const staff = find(call)
    if (!staff.isLocked) throw conflict('Staff', 'Staff member is not locked')
    if (!staff.hasVerifiedEmail) throw conflict('Email', 'Email address is not verified')
    staff.isLocked = false
  }
}
