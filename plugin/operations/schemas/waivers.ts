/** Waivers signed by guests. */
import { Nullable, Type } from '../schema.ts'
import { FormResponseQuestionAnswer } from './forms.ts'

export const SignedWaiver = Type.Partial(Type.Object({
  signedWaiverId: Type.Integer({ examples: [18829122] }),
  parentSignedWaiverId: Nullable(Type.Integer(), { examples: [18829121], description: 'Waiver of the parent or guardian; minors only' }),
  waiverId: Type.Integer({ examples: [13], description: 'The version of the waiver text' }),
  firstName: Type.String({ examples: ['Steven'] }),
  lastName: Type.String({ examples: ['Toast'] }),
  guestId: Nullable(Type.Integer(), { examples: [64310293] }),
  dateOfBirth: Type.String({ format: 'date', examples: ['2004-07-13'] }),
  email: Type.String({ examples: ['steven@example.com'], description: 'Not given for minors' }),
  contactNumber: Type.String({ examples: ['0475755223'], description: 'Not given for minors' }),
  isForMinor: Type.Boolean({ description: 'Minor at the time of signing' }),
  expiryDate: Type.String({ format: 'date-time', examples: ['2026-07-14T03:43:40.4085882Z'] }),
  isValid: Nullable(Type.Boolean(), { description: 'Only where the venue verifies waivers' }),
  createdDate: Type.String({ format: 'date-time', examples: ['2020-07-31T03:43:40.4085882Z'] })
}), { $id: 'SignedWaiver' })

export const SignedWaiverFormResponses = Type.Partial(Type.Object({
  responses: Type.Array(FormResponseQuestionAnswer)
}), { $id: 'SignedWaiverFormResponses', description: 'Empty when the waiver has no form' })

export const SignedWaiverPath = Type.Object({
  signedWaiverId: Type.String({ examples: ['18829122'] })
})
