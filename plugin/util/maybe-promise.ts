/** For contracts with synchronous and asynchronous implementations. Await it. */
export type MaybePromise<T> = T | Promise<T>
