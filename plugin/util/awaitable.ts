/** Of a contract that both synchronous and asynchronous parts fulfil. Await it. */
export type Awaitable<T> = T | Promise<T>
