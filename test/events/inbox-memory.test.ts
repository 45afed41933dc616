/** The inbox of one process. */
import t from '../support/tap.ts'
import { MemoryExportInbox } from '#plugin/client/export-inbox-memory.js'
import { ManualClock } from '../support/manual-clock.ts'
import { inboxSuite } from './inbox-suite.ts'

const clock = new ManualClock()
inboxSuite(t, { inbox: new MemoryExportInbox(clock), pass: (ms) => clock.advance(ms) })
