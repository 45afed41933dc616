/** The page before its script has run: whole, in the reader's language, and useful to a screen reader. It holds nothing about any link. */
import type { PageSettings } from './connect-page.ts'
import { languages, type Language, type TextName, type Texts } from './texts.ts'

export interface HtmlOptions {
  readonly settings: PageSettings
  readonly language: Language
  /** Path of the directory that the script and the style are in. */
  readonly assets: string
  /** Path that tells the venue. */
  readonly resultPath: string
  /** Of the Content-Security-Policy. */
  readonly nonce: string
}

export function connectPageHtml ({ settings, language, assets, resultPath, nonce }: HtmlOptions): string {
  const texts = languages[language]
  const config = JSON.stringify({ ...settings, resultPath })
  const text = (name: TextName): string => `data-text="${name}">${escape(texts[name])}`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title ${text('title')}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets}style.css" nonce="${nonce}">
<script type="module" src="${assets}page.js" nonce="${nonce}"></script>
</head>
<body data-config="${escape(config)}">
<main>
<svg class="mark" viewBox="0 0 56 32" width="56" height="32" aria-hidden="true"><rect x="2" y="2" width="32" height="28" rx="14"/><rect x="22" y="2" width="32" height="28" rx="14"/></svg>
${formPanel(text, texts)}
${donePanel(text)}
<section id="ended" class="panel" tabindex="-1" aria-labelledby="ended-title" hidden>
<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/></svg>
<h1 id="ended-title"></h1>
<p id="ended-text"></p>
</section>
<p id="status" class="hidden" role="status" aria-live="polite"></p>
<noscript><p class="problem">JavaScript is off in this browser, and this page needs it to send your keys to Nango.</p></noscript>
</main>
</body>
</html>
`
}

type Text = (name: TextName) => string

function formPanel (text: Text, texts: Texts): string {
  return `<section id="enter">
<h1 ${text('heading')}</h1>
<p class="lead" ${text('lead')}</p>
<div id="problem" class="problem" role="alert" tabindex="-1" hidden><h2 id="problem-title"></h2><p id="problem-text"></p></div>
<form id="form" novalidate>
<div class="field">
<label for="client-id" ${text('clientId')}</label>
<input id="client-id" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="255" required>
<p id="client-id-error" class="error" hidden ${text('required')}</p>
<p id="client-id-hint" class="hint" hidden ${text('clientIdHint')}</p>
</div>
<div class="field">
<label for="client-secret" ${text('clientSecret')}</label>
<div class="with-button">
<input id="client-secret" type="password" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="2048" required>
<button id="reveal" type="button" class="plain" aria-controls="client-secret" aria-label="${escape(texts.showSecret)}" ${text('show')}</button>
</div>
<p id="client-secret-error" class="error" hidden ${text('required')}</p>
</div>
<button id="submit" type="submit" class="main"><span class="spinner" aria-hidden="true"></span><span id="submit-text" ${text('submit')}</span></button>
</form>
<details>
<summary ${text('where')}</summary>
<ol>
<li ${text('step1')}</li>
<li ${text('step2')}</li>
<li ${text('step3')}</li>
<li ${text('step4')}</li>
</ol>
<p id="step-note" class="hint"></p>
</details>
<div id="other-way" hidden>
<p class="or"><span ${text('or')}</span></p>
<button id="connect-ui" type="button" class="second" ${text('connectUi')}</button>
</div>
<footer><p id="secure"></p><p id="remaining"></p></footer>
</section>`
}

function donePanel (text: Text): string {
  return `<section id="done" class="panel" tabindex="-1" aria-labelledby="done-title" hidden>
<div id="done-tick"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="m8 12.5 2.7 2.7L16 9.5"/></svg></div>
<div id="done-notice" hidden><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 7v6m0 3v.5"/></svg></div>
<h1 id="done-title"></h1>
<p id="done-text"></p>
<dl id="facts" hidden>
<div><dt ${text('timeZone')}</dt><dd id="venue-zone"></dd></div>
<div><dt ${text('environment')}</dt><dd id="venue-environment"></dd></div>
</dl>
</section>`
}

export function escape (text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
