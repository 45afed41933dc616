/** Of a contract that both synchronous and asynchronous parts fulfil. Await it. */
export type MaybePromise<T> = T | Promise<T>
