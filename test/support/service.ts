/** The service as it is in the image: it starts in half the time of `service/dist/main.js`, which the commands of the documents start. */
export const SERVICE = process.env.SERVICE ?? 'service/dist-image/app.mjs'
