/** The requests in flight that a new caller may join. */
import { test } from '../support/tap.ts'
import { InFlightRequest } from '#plugin/gateway/sharing/in-flight-request.js'
import { InFlightRequests } from '#plugin/gateway/sharing/in-flight-requests.js'

const flight = (connectionId: string, key: string): InFlightRequest => new InFlightRequest(connectionId, key, 0, () => {})

test('finds the newest request of a key, and the previous one after its removal', async (t) => {
  const flights = new InFlightRequests()
  const [first, other, second] = [flight('a', 'x'), flight('a', 'y'), flight('a', 'x')]
  for (const one of [first, other, second]) flights.add(one)
  t.equal(flights.find('a', 'x'), second)
  t.equal(flights.find('a', 'y'), other)
  flights.remove(second)
  t.equal(flights.find('a', 'x'), first)
  flights.remove(other)
  t.equal(flights.find('a', 'y'), null)
  t.equal(flights.find('a', 'x'), first, 'the request behind the removed one is still there')
  flights.remove(first)
  t.equal(flights.find('a', 'x'), null)
})

test('removes a request in the middle', async (t) => {
  const flights = new InFlightRequests()
  const all = [flight('a', 'x'), flight('a', 'x'), flight('a', 'x')] as const
  for (const one of all) flights.add(one)
  flights.remove(all[1])
  flights.remove(all[2])
  t.equal(flights.find('a', 'x'), all[0])
})

test('keeps connections separate, and removes all requests of one', async (t) => {
  const flights = new InFlightRequests()
  const [mine, theirs] = [flight('a', 'x'), flight('b', 'x')]
  flights.add(mine)
  flights.add(theirs)
  flights.clear('a')
  t.equal(flights.find('a', 'x'), null)
  t.equal(flights.find('b', 'x'), theirs)
  const next = flight('a', 'x')
  flights.add(next)
  flights.remove(mine) // it finishes after it was cleared
  t.equal(flights.find('a', 'x'), next)
})

test('removes all requests of one key, and keeps the others', async (t) => {
  const flights = new InFlightRequests()
  const other = flight('a', 'y')
  for (const one of [flight('a', 'x'), other, flight('a', 'x')]) flights.add(one)
  flights.removeAll('a', 'x')
  t.equal(flights.find('a', 'x'), null)
  t.equal(flights.find('a', 'y'), other)
})

test('keeps no entry for an idle connection', async (t) => {
  const flights = new InFlightRequests()
  for (let index = 0; index < 1_000; index++) {
    const one = flight(`old-${index}`, 'x')
    flights.add(one)
    flights.remove(one)
  }
  const busy = flight('busy', 'x')
  flights.add(busy)
  for (let index = 0; index < 1_000; index++) {
    const one = flight(`new-${index}`, 'x')
    flights.add(one)
    flights.remove(one)
  }
  t.equal(flights.size, 1, 'the one with a request in flight')
  t.equal(flights.find('busy', 'x'), busy)
})
