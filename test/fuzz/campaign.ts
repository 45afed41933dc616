/** Sends hostile requests up to a number. A violation is reported with its exact bytes; the seed reproduces the run. */
import fc from 'fast-check'
import type { Test } from 'tap'
import { Attack, type Transport } from './attack.ts'
import type { Conversation } from './conversation.ts'

/** Total over both files and both transports: `npm run test:fuzz` sends 100,000. */
const TOTAL = Number(process.env['FUZZ'] ?? 2_000)
const CAMPAIGNS = 4
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000)
/** Number of concurrent conversations. */
const ABREAST = 160
const ROUNDS = 5
/** Stops after this number of violations. */
const ENOUGH = 20

export async function campaign (t: Test, transport: Transport, conversation: fc.Arbitrary<Conversation>): Promise<void> {
  const attack = await Attack.start(t, transport)
  const wanted = Math.ceil(TOTAL / CAMPAIGNS)
  const faults = new Set<string>()
  let sent = 0
  for (let seed = SEED; sent < wanted && faults.size < ENOUGH; seed++) {
    await fc.assert(fc.asyncProperty(fc.array(conversation, { minLength: 1, maxLength: ABREAST, size: 'max' }), async (conversations) => {
      sent += conversations.reduce((sum, one) => sum + one.sent.length, 0)
      for (const fault of await attack.faultsOf(conversations)) faults.add(fault)
    }), { seed, numRuns: ROUNDS })
  }
  for (const fault of await attack.end()) faults.add(fault)
  t.same([...faults].slice(0, ENOUGH), [])
  const { arrived, statuses } = attack.figures
  t.ok(arrived > sent / 50, `${arrived} of them came to ROLLER: the gateway was not merely shut`)
  t.comment(`${sent} hostile requests from FUZZ_SEED=${SEED} on; ${arrived} calls came to ROLLER; answers: ${statuses}`)
}
