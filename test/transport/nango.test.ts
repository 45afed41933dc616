import { transportSuite } from './suite.ts'

transportSuite('nango')
