/** Answers to forms, of bookings and of waivers. */
import { Type } from '../schema.ts'

/** The one recursive model: a group holds entries of its own kind, so `items` is a `$ref` to this `$id`. */
export const FormResponseQuestionAnswer = Type.Recursive((This) => Type.Partial(Type.Object({
  question: Type.String({ description: 'Absent on a group' }),
  answer: Type.String({ examples: ['Medium'], description: 'Absent on a group' }),
  groupName: Type.String({ examples: ['Emergency contact'], description: 'On a group only' }),
  items: Type.Array(This, { description: 'On a group only: its questions, or further groups' })
})), { $id: 'FormResponseQuestionAnswer', description: 'Either question and answer, or a group of entries' })

export const BookingFormResponses = Type.Partial(Type.Object({
  formResponses: Type.Array(Type.Partial(Type.Object({
    formName: Type.String(),
    responses: Type.Array(FormResponseQuestionAnswer)
  })), { description: 'One for each completed form' })
}), { $id: 'BookingFormResponses' })
