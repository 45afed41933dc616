import { proveRows } from './matrix.ts'

proveRows('nango')
