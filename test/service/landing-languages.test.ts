/** The sandbox's landing page is in the first supported language of Accept-Language, with the same texts and placeholders in each. */
import Fastify from 'fastify'
import { test } from '../support/tap.ts'
import { addLanding, landingPage } from '#service/sandbox/landing.js'
import { landingTexts } from '#service/sandbox/texts.js'

const page = (header: string | undefined): string => landingPage(header, { nonce: 'a-nonce', connectionId: 'demo-venue' })

test('selects the language', async (t) => {
  t.match(page(undefined), '<html lang="en">')
  t.match(page('it, en'), '<html lang="en">')
  for (const [language, { running }] of Object.entries(landingTexts)) {
    t.match(page(`${language}-XX, en;q=0.5`), `<html lang="${language}">`)
    t.match(page(`${language}-XX, en;q=0.5`), `<h1>${running}</h1>`)
  }
})

test('fills in every placeholder of the page', async (t) => {
  for (const language of Object.keys(landingTexts)) {
    const visible = page(language).replace(/data-texts="[^"]*"/, '')
    t.notMatch(visible, /[{}]/, language)
    t.match(visible, /<code>demo-venue<\/code>/)
  }
})

test('has the same texts and placeholders in all languages', async (t) => {
  const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
  for (const [language, texts] of Object.entries(landingTexts)) {
    t.same(Object.keys(texts), Object.keys(landingTexts.en), language)
    for (const name of Object.keys(landingTexts.en) as (keyof typeof texts)[]) { // its keys are these
      t.same(places(texts[name]), places(landingTexts.en[name]), `${language}: ${name}`)
    }
  }
})

test('each page has a nonce of its own, and is not stored', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  addLanding(app, { connectionId: 'demo-venue' })
  const nonces = await Promise.all([1, 2].map(async () => {
    const { headers, body } = await app.inject('/')
    t.equal(headers['cache-control'], 'no-store')
    const nonce = /script-src 'nonce-([\w+/=]{24})'/.exec(String(headers['content-security-policy']))?.[1]
    t.match(body, `nonce="${nonce}"`)
    return nonce
  }))
  t.not(nonces[0], nonces[1])
})
