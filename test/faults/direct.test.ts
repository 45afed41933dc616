import { proveRows } from './matrix.ts'

proveRows('direct')
