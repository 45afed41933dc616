/** The people of a simulated venue. */

export interface Address { street: string, suburb: string, city: string, state: string, postcode: string, country: string }

export interface Guest {
  customerId: number
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  dateOfBirth: string | null
  gender: 'Male' | 'Female' | 'Other' | 'PreferNotToSay'
  acceptMarketing: boolean
  acceptMarketingSms: boolean
  taxIdentificationNumber: string
  address: Address | null
  flags: { type: 'Ban' | 'VIP' | 'Medical' | 'Alert' | 'Competency', comment: string, expiryDate: string | null }[]
  createdAt: number
  modifiedAt: number
}

export interface SignedWaiver {
  signedWaiverId: number
  parentSignedWaiverId: number | null
  waiverId: number
  guestId: number
  firstName: string
  lastName: string
  dateOfBirth: string
  isForMinor: boolean
  email: string
  contactNumber: string
  createdAt: number
  expiresAt: number
  bookingReference?: string
  ticketId?: string
}

export interface Staff {
  staffId: number
  uniqueId: string
  roleId: number
  firstName: string
  lastName: string
  email?: string
  posPin?: string
  externalId?: string
  contactNumber?: string
  displayName?: string
  staffIdentities: string[]
  hqVenueGroupTags: string[]
  hqVenueUniqueIds: string[]
  hasVerifiedEmail: boolean
  isLocked: boolean
  createdAt: number
}
