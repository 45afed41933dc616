import { transportSuite } from './suite.ts'

transportSuite('direct')
