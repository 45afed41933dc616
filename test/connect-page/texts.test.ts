/** All languages have the same texts and placeholders, scripts use every text, and Accept-Language selects the language. */
import { test } from '../support/tap.ts'
import { readAssets } from '#plugin/connect-page/assets.js'
import { chooseLanguage, languages, type TextName } from '#plugin/connect-page/texts.js'

test('has the same texts in all languages', async (t) => {
  t.same(Object.keys(languages), ['en', 'de', 'es', 'fr'])
  for (const [language, texts] of Object.entries(languages)) t.same(Object.keys(texts), Object.keys(languages.en), language)
})

test('never mentions keys where ROLLER shows a Client ID and a Client Secret', async (t) => {
  for (const [language, texts] of Object.entries(languages)) {
    for (const [name, text] of Object.entries(texts)) {
      t.notMatch(text.replaceAll('API keys', ''), /\bkeys?\b|schlüssel|\bclaves?\b|\bclés?\b/i, `${language}: ${name}`)
    }
  }
})

test('has the same placeholders in all languages', async (t) => {
  const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
  for (const [language, texts] of Object.entries(languages)) {
    for (const name of Object.keys(languages.en) as TextName[]) { // its keys are these
      t.same(places(texts[name]), places(languages.en[name]), `${language}: ${name}`)
      t.not(texts[name].trim(), '')
    }
  }
})

test('has every text that a script uses, and no other', async (t) => {
  const { files } = readAssets()
  const own = ['page.js', 'view.js'].map((name) => files.get(name)?.content ?? '').join('\n')
  const words = new Set(own.match(/'[\w-]+'/g)?.map((word) => word.slice(1, -1)))
  const requested = [...own.matchAll(/\bsay\('(\w+)'/g)].map(([, name]) => String(name))
  t.ok(requested.length > 10)
  t.same(requested.filter((name) => !(name in languages.en)), [])
  const { connectPageHtml } = await import('#plugin/connect-page/html.js')
  const html = connectPageHtml(
    {
      settings: { apiUrl: 'https://a', connectUrl: null, integrationId: 'roller', environment: 'live' },
      language: 'en',
      assets: '',
      resultPath: '',
      nonce: '',
      now: 0
    }
  )
  const unused = Object.keys(languages.en).filter(
    (name) => !words.has(name) && !words.has(name.replace(/Title$/, '')) && !html.includes(`data-text="${name}"`)
  )
  t.same(
    unused.filter((name) => !['live', 'playground'].includes(name)), [], 'live and playground are read by the environment\'s name'
  )
})

test('selects the language of the browser', async (t) => {
  t.equal(chooseLanguage(undefined), 'en')
  t.equal(chooseLanguage('fr-FR, de-CH;q=0.8, en;q=0.5'), 'fr')
  t.equal(chooseLanguage('it-IT, de-CH;q=0.8, en;q=0.5'), 'de')
  t.equal(chooseLanguage('es-MX'), 'es')
  t.equal(chooseLanguage('constructor, __proto__'), 'en')
})
