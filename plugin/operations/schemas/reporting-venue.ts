/** Reports on the venue's configuration. */
import { Nullable, StringEnum, Type } from '../schema.ts'
import { pageNumber, pageSize } from './reporting-common.ts'

export const Staff = Type.Partial(Type.Object({
  staffId: Type.String({ deprecated: true, examples: ['91002'], description: 'Superseded by uniqueId' }),
  uniqueId: Type.String({ format: 'uuid' }),
  externalId: Type.String({ description: 'Your own reference' }),
  email: Type.String({ examples: ['dannysmith@example.com'] }),
  firstName: Type.String({ examples: ['Danny'] }),
  lastName: Type.String({ examples: ['Smith'] }),
  contactNumber: Type.String({ examples: ['192-0029-2213'] }),
  role: Type.String({ examples: ['Administrator'], description: 'Name of the role' }),
  createdDate: Type.String({ format: 'date-time', examples: ['2020-07-14T03:23:07Z'] }),
  hasVerifiedEmail: Type.Boolean(),
  isLocked: Type.Boolean({ description: 'Cannot log in while true' })
}), { $id: 'Staff' })

export const ProductRecordsQuery = Type.Partial(Type.Object({
  pageNumber,
  pageSize,
  productType: Type.String({ examples: ['pass'] }),
  productSubType: Type.String({ examples: ['membership'] })
}))

export const ProductRecord = Type.Partial(Type.Object({
  productId: Type.String({ examples: ['983361'], description: 'Product or variation' }),
  parentProductId: Type.String({ examples: ['983360'], description: 'The product that holds the variations' }),
  name: Type.String({ examples: ['Season Pass'] }),
  price: Nullable(Type.Number(), { examples: [29.95], description: 'In the venue\'s currency' }),
  costOfGoods: Nullable(Type.Number(), { examples: [1.5], description: 'What the item costs the venue' }),
  productType: Type.String({ examples: ['Pass'] }),
  productSubType: Type.String({ examples: ['Membership'] }),
  reportingCategoryName: Type.String({ examples: ['Memberships'] }),
  productStatus: StringEnum(['Draft', 'Published', 'Closed', 'Archived'], { examples: ['Published'] }),
  hqProductId: Type.String({ examples: ['836612'], description: 'HQ parent product' }),
  hqCode: Type.String({ examples: ['92110100'], description: 'HQ product' }),
  taxId: Nullable(Type.Integer(), { examples: [45], description: 'One of the venue\'s tax rates' }),
  barcodeId: Type.String({ examples: ['588199203'], description: 'Barcode or SKU' }),
  parLevel: Nullable(Type.Integer({ minimum: 0, maximum: 32767 }), { examples: [35], description: 'Stock level to keep up' }),
  cost: Nullable(Type.Number(), { deprecated: true, examples: [59.99], description: 'Superseded by price' })
}), { title: 'ProductRecord' })

export const ModifierRecord = Type.Partial(Type.Object({
  modifierGroupId: Type.String({ examples: ['647'] }),
  modifierGroupName: Type.String({ examples: ['Coffee Modifiers'] }),
  modifierId: Type.String({ examples: ['311'] }),
  modifierName: Type.String({ examples: ['Soy milk'] }),
  modifierType: Type.String({ examples: ['price'], description: 'Whether amount is money or percent' }),
  amount: Type.Number({ examples: [1.5], description: 'Money or percent, by modifierType' })
}), { title: 'ModifierRecord' })

export const BookingDateRange = Type.Partial(Type.Object({
  startDate: Type.String({ examples: ['2018-09-27'] }),
  endDate: Type.String({ examples: ['2018-12-14'] }),
  days: Type.Array(Type.String({ examples: ['1,2,3'] }), { description: '1 is Monday, 7 is Sunday' })
}))

export const UsageLimits = Type.Partial(Type.Object({
  numberOfUses: Type.Integer({ examples: [5] }),
  type: Type.Integer({ examples: [0], description: '0 code, 1 user, 2 product, 3 quantity, 4 to 7 code by day, week, month, year' })
}))

export const BookingRule = Type.Partial(Type.Object({
  numberOfUses: Type.Integer({ examples: [3] }),
  type: Type.Integer({ examples: [1], description: '1: over the selected products, counting quantity' })
}))

export const DiscountRecord = Type.Partial(Type.Object({
  discountId: Type.String({ examples: ['29104'] }),
  name: Type.String({ examples: ['Military Discount'] }),
  codeGenerationMode: StringEnum(['ManuallyEnter', 'BatchUpload', 'IssuedToProduct', 'FromTicketId'], {
    description: 'FromTicketId: codes that come from membership sales'
  }),
  amountOff: Type.Number({ examples: [3.5], description: 'Either this or percentOff' }),
  percentOff: Type.Number({ examples: [4], description: 'Either this or amountOff' }),
  maxApplicableAmount: Type.Number({ examples: [50], description: 'Most it takes off one booking' }),
  productIds: Type.Array(Type.String({ examples: ['1099211'] }), { description: 'None: all products' }),
  isSingleUseCode: Type.Boolean({ examples: [true] }),
  startDate: Type.String({ examples: ['2019-08-07T00:00:00Z'], description: 'First day of use' }),
  endDate: Type.String({ examples: ['2020-07-17T00:00:00Z'], description: 'Last day of use' }),
  bookingDateRestrictions: Type.Partial(Type.Object({
    dateRange: BookingDateRange,
    from: Type.Partial(Type.Object({
      number: Type.Integer({ examples: [10] }),
      type: StringEnum(['Days', 'Weeks', 'Months'], { examples: ['Days'] })
    }))
  }), { description: 'Days that can be booked with it' }),
  usageLimits: UsageLimits,
  bookingRule: BookingRule,
  codes: Type.Array(Type.String({ examples: ['1997AHT631'] }))
}), { title: 'DiscountRecord' })

export const ResourceRecord = Type.Partial(Type.Object({
  locationId: Type.String({ examples: ['92117'] }),
  parentLocationId: Type.String({ examples: ['92116'], description: 'The group, if any' }),
  name: Type.String({ examples: ['General Admission'] }),
  allowMultipleBookings: Type.Boolean({ examples: [true], description: 'True when several bookings can share it' })
}), { title: 'ResourceRecord' })

export const DeviceRecord = Type.Partial(Type.Object({
  deviceId: Type.Integer({ examples: [9886] }),
  deviceName: Type.String({ examples: ['Front Desk 2'] }),
  deviceType: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2), Type.Literal(3)], {
    examples: [1],
    description: '0 point of sale, 1 self-serve, 2 mobile check-in, 3 redemption'
  }),
  deviceStatus: StringEnum(['Active', 'Inactive'], { examples: ['Active'], description: 'Inactive: deleted' }),
  createdDate: Type.String({ examples: ['2018-07-20T03:23:07Z'] })
}), { title: 'DeviceRecord' })

export const RoleRecord = Type.Partial(Type.Object({
  roleId: Type.Integer(),
  roleName: Type.String()
}), { title: 'RoleRecord' })

export const SubCategory = Type.Partial(Type.Object({
  name: Type.String({ examples: ['Birthday Add Ons'] }),
  glCode: Type.String({ examples: ['1950'], description: 'General ledger code' }),
  productIds: Type.Array(Type.String({ examples: ['1099257'] })),
  categories: Type.Array(Nullable(Type.String()))
}))

export const ReportingCategory = Type.Partial(Type.Object({
  name: Type.String({ examples: ['Birthday Parties'] }),
  glCode: Type.String({ examples: ['1900'], description: 'General ledger code' }),
  productIds: Type.Array(Type.String({ examples: ['1099211'] })),
  categories: Type.Array(SubCategory, { description: 'Sub-categories' })
}))

export const WaiverTerms = Type.Partial(Type.Object({
  waiverId: Type.String({ examples: ['9918'], description: 'The version of the waiver text' }),
  name: Type.String({ examples: ['Adventure Land Waiver'] }),
  terms: Type.String(),
  validityInDays: Type.Integer({ examples: [365] }),
  minorAgeLimitsInYears: Type.Integer({ examples: [18], description: 'Age from which a guest signs as an adult' }),
  createdDate: Type.String({ examples: ['2018-07-30T12:53:56'] }),
  requiresSignature: Type.Boolean({ examples: [true] })
}), { title: 'WaiverTerms' })
