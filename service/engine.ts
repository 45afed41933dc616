/**
 * Settings of the JavaScript engine, made before anything else is loaded. Together they are a third of a call's processor time.
 */
import { createHook } from 'node:async_hooks'
import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'

/**
 * V8 allocates what survived a few collections from the same line of code as old from then on. Of objects that live for one call that is always a
 * wrong guess, and one that feeds itself: what is old holds what is new until the next full collection, so that more of it survives.
 */
setFlagsFromString('--no-allocation-site-pretenuring')

/**
 * On one core the threads that help to collect what is new stand in the way of the one that they help, which waits for them all. The other helpers
 * (`--single-threaded-gc` has no threads at all) can be sent away at V8's own start alone: in the middle of a collection that ends the process.
 */
if (availableParallelism() === 1) setFlagsFromString('--no-parallel-scavenge')

/**
 * What a large body leaves behind is freed at once. A helper thread would do it some time later, while the next chunks take new memory: 5 MB more at
 * the peak, and on one core a twelfth more time.
 */
setFlagsFromString('--no-concurrent-array-buffer-sweeping')

/**
 * glibc gives the end of its heap back to the system when more than 128 KB of it are free, and gets it again, page by page, for the next chunk of a
 * large body: a tenth of what it costs to pass one on. Freeing something larger raises that limit to twice its size. Nothing is written into this,
 * so it takes no memory; other C libraries do not mind.
 */
Buffer.allocUnsafeSlow(17 * 1024 * 1024)

/**
 * Every request makes a dozen of Node's ticks (process.nextTick, all of its streams), each alive for so short a time that a full collection during the
 * start finds none, and forgets their shape; Node's compiled code, which counts on it, is slow from then on. One tick that is kept keeps the shape.
 */
const kept: object[] = []
const hook = createHook({ init (_id, type, _trigger, tick) { if (type === 'TickObject') kept.push(tick) } }).enable()
process.nextTick(() => {})
hook.disable()

/** For as long as the process runs. */
export const ticksKept = (): number => kept.length
