/** Staff accounts: unverified when made, invited, locked and unlocked. */
import { conflict, demand, notFound, number, present, text, texts, type Input } from './input.ts'
import { roles } from './people.ts'
import type { Routes } from './contract.ts'
import type { Staff, VenueState } from './types.ts'

function find (venue: VenueState, id: string | undefined): Staff {
  const staff = venue.staff.get(id ?? '')
  if (staff === undefined) throw notFound(`Staff '${id ?? ''}' not found`)
  return staff
}

function published ({ staffId: _, posPin: _pin, createdAt: _created, ...staff }: Staff): Record<string, unknown> {
  return staff
}

type Writable = Omit<Staff, 'staffId' | 'uniqueId' | 'createdAt' | 'hasVerifiedEmail' | 'isLocked'>

function read (venue: VenueState, body: Input, own?: Staff): Writable {
  demand(body, { at: '', names: ['roleId', 'firstName', 'lastName'] })
  const roleId = number(body, 'roleId') ?? 0
  const [email, posPin] = [text(body, 'email'), text(body, 'posPin')]
  if (!roles.some((role) => role.roleId === roleId)) throw conflict({ name: 'RoleId', message: `Role ${roleId} does not exist` })
  if (email === undefined && posPin === undefined) {
    throw conflict({ name: 'Email', message: 'Either an email address or a POS PIN is required' })
  }
  for (const other of venue.staff.values()) {
    if (other === own) continue
    if (email !== undefined && other.email?.toLowerCase() === email.toLowerCase()) {
      throw conflict({ name: 'Email', message: `Email ${email} is already in use` })
    }
    if (posPin !== undefined && other.posPin === posPin) throw conflict({ name: 'PosPin', message: 'POS PIN is already in use' })
  }
  return {
    roleId,
    firstName: text(body, 'firstName') ?? '',
    lastName: text(body, 'lastName') ?? '',
    ...present(
      {
        email,
        posPin,
        externalId: text(body, 'externalId'),
        contactNumber: text(body, 'contactNumber'),
        displayName: text(body, 'displayName')
      }
    ),
    staffIdentities: texts(body, 'staffIdentities'),
    hqVenueGroupTags: texts(body, 'hqVenueGroupTags'),
    hqVenueUniqueIds: texts(body, 'hqVenueUniqueIds')
  }
}

export const staffRoutes: Routes = {
  'POST /staff': ({ venue, body, now }) => {
    const values = read(venue, body)
    const staff: Staff = {
      staffId: venue.next('staff'),
      uniqueId: venue.random.uuid(),
      ...values,
      hasVerifiedEmail: false,
      isLocked: false,
      createdAt: now
    }
    venue.staff.set(staff.uniqueId, staff)
    return { status: 201, body: published(staff) }
  },

  'GET /staff/{uniqueId}': ({ venue, params }) => ({ status: 200, body: published(find(venue, params['uniqueId'])) }),

  'PUT /staff/{uniqueId}': ({ venue, params, body }) => {
    const staff = find(venue, params['uniqueId'])
    const values = read(venue, body, staff)
    // Another address has to be verified again.
    if (values.email !== staff.email) staff.hasVerifiedEmail = false
    Object.assign(staff, values)
    return { status: 200, body: published(staff) }
  },

  'DELETE /staff/{uniqueId}': ({ venue, params }) => {
    venue.staff.delete(find(venue, params['uniqueId']).uniqueId)
    return { status: 200 }
  },

  'POST /staff/{uniqueId}/send-invitation': ({ venue, params }) => {
    const staff = find(venue, params['uniqueId'])
    if (staff.email === undefined) throw conflict({ name: 'Email', message: 'Staff member has no email address' })
    if (staff.hasVerifiedEmail) throw conflict({ name: 'Email', message: 'Email address is already verified' })
    return { status: 200 }
  },

  'POST /staff/{uniqueId}/lock': ({ venue, params }) => {
    const staff = find(venue, params['uniqueId'])
    if (staff.isLocked) throw conflict({ name: 'Staff', message: 'Staff member is already locked' })
    staff.isLocked = true
    return { status: 200 }
  },

  'POST /staff/{uniqueId}/unlock': ({ venue, params }) => {
    const staff = find(venue, params['uniqueId'])
    if (!staff.isLocked) throw conflict({ name: 'Staff', message: 'Staff member is not locked' })
    if (!staff.hasVerifiedEmail) throw conflict({ name: 'Email', message: 'Email address is not verified' })
    staff.isLocked = false
    return { status: 200 }
  }
}
