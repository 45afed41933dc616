import { Type } from '@sinclair/typebox'

/** Of all routes below `/connections/{id}`. */
export const ConnectionParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255, description: 'Connection id, percent-encoded.', examples: ['demo-venue'] })
})
