/** Staff accounts. */
import { StringEnum, Type } from '../schema.ts'

export const staffIdentities = ['Account Owner', 'Primary Contact', 'Billing Contact', 'Technical Contact'] as const

export const StaffRequest = Type.Object({
  roleId: Type.Integer({ examples: [1234], description: 'Determines the person\'s permissions' }),
  firstName: Type.String({ examples: ['John'] }),
  lastName: Type.String({ examples: ['Smith'] }),
  email: Type.Optional(Type.String({ examples: ['john@example.com'], description: 'Email or posPin is needed' })),
  posPin: Type.Optional(Type.String({ examples: ['123456'], description: 'Unique in the venue; email or posPin is needed' })),
  externalId: Type.Optional(Type.String({ examples: ['abcd'], description: 'Your own reference' })),
  contactNumber: Type.Optional(Type.String({ examples: ['0450000000'] })),
  displayName: Type.Optional(Type.String({ examples: ['John Smith'], description: 'Nickname shown in the apps' })),
  staffIdentities: Type.Optional(Type.Array(StringEnum(staffIdentities), { description: 'Replaces the whole set; needs an email' })),
  hqVenueGroupTags: Type.Optional(Type.Array(Type.String({ examples: ['Managed Venues'] }), {
    description: 'HQ venues: groups the person may enter'
  })),
  hqVenueUniqueIds: Type.Optional(Type.Array(Type.String({ format: 'uuid', examples: ['00000000-0000-0000-0000-000000000000'] }), {
    description: 'HQ venues: venues the person may enter'
  }))
}, { $id: 'StaffRequest' })

export const StaffResponse = Type.Partial(Type.Object({
  uniqueId: Type.String({ format: 'uuid', examples: ['3c95e94e-242e-4f38-85f6-7270fbfffeac'] }),
  roleId: Type.Integer({ examples: [1234], description: 'Determines the person\'s permissions' }),
  firstName: Type.String({ examples: ['John'] }),
  lastName: Type.String({ examples: ['Smith'] }),
  email: Type.String({ examples: ['john@example.com'] }),
  externalId: Type.String({ examples: ['abcd'], description: 'Your own reference' }),
  contactNumber: Type.String({ examples: ['0450000000'] }),
  displayName: Type.String({ examples: ['John Smith'], description: 'Nickname shown in the apps' }),
  staffIdentities: Type.Array(StringEnum(staffIdentities)),
  hqVenueGroupTags: Type.Array(Type.String({ examples: ['Managed Venues'] }), { description: 'HQ venues: groups the person may enter' }),
  hqVenueUniqueIds: Type.Array(Type.String({ format: 'uuid', examples: ['00000000-0000-0000-0000-000000000000'] }), {
    description: 'HQ venues: venues the person may enter'
  }),
  hasVerifiedEmail: Type.Boolean(),
  isLocked: Type.Boolean({ description: 'Cannot log in while true' })
}), { $id: 'StaffResponse' })

export const StaffPath = Type.Object({
  uniqueId: Type.String({ format: 'uuid', description: 'Id of the staff member' })
})
