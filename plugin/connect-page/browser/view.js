/** The visible page and screen reader messages. All text is inserted as text, never as markup. */
import { languages } from './texts.js'

export const $ = (id) => document.getElementById(id)
let texts = languages.en

/** lang= of the link, then the browser's own languages. */
export function useLanguage (wanted) {
  const names = [wanted, ...navigator.languages].map((name) => String(name ?? '').slice(0, 2).toLowerCase())
  const language = names.find((name) => Object.hasOwn(languages, name)) ?? 'en'
  texts = languages[language]
  document.documentElement.lang = language
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = texts[element.dataset.text]
  $('reveal').setAttribute('aria-label', texts.showSecret)
  return language
}

export function say (name, values = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole)
}

/** For screen readers: announces changes outside the focus. */
export function announce (text) { $('status').textContent = text }

/** Shows one of the three panels and moves the focus to it. */
export function show (panel) {
  for (const id of ['enter', 'done', 'ended']) $(id).hidden = id !== panel
  if (panel !== 'enter') $(panel).focus()
}

export function showEnd (name) {
  $('ended-title').textContent = say(name + 'Title')
  $('ended-text').textContent = say(name)
  show('ended')
}

export function showProblem (name, values) {
  $('problem-title').textContent = say(name + 'Title')
  $('problem-text').textContent = say(name, values)
  $('problem').hidden = false
  announce('')
}

export function hideProblem () { $('problem').hidden = true }

/** The button keeps its place and its focus: it is marked as busy and does nothing. */
export function setBusy (busy) {
  const button = $('submit')
  button.setAttribute('aria-disabled', String(busy))
  button.classList.toggle('busy', busy)
  $('submit-text').textContent = say(busy ? 'checking' : 'submit')
  $('form').setAttribute('aria-busy', String(busy))
  for (const id of ['client-id', 'client-secret']) $(id).readOnly = busy
  $('connect-ui').disabled = busy
  if (busy) announce(say('checking'))
}

/** @returns whether both fields are filled in; the first that is not gets the focus */
export function checkFields () {
  const empty = ['client-id', 'client-secret'].filter((id) => {
    const missing = $(id).value.trim() === ''
    mark(id, missing)
    $(id + '-error').hidden = !missing
    return missing
  })
  if (empty.length > 0) $(empty[0]).focus()
  return empty.length === 0
}

export function mark (id, wrong) {
  const field = $(id)
  if (wrong) field.setAttribute('aria-invalid', 'true')
  else field.removeAttribute('aria-invalid')
  const described = [wrong ? id + '-error' : '', id === 'client-id' ? 'client-id-hint' : '', wrong ? 'problem' : '']
    .filter((name) => name !== '' && $(name) !== null && !$(name).hidden)
  if (described.length > 0) field.setAttribute('aria-describedby', described.join(' '))
  else field.removeAttribute('aria-describedby')
}

/** The check mark is for the right venue, one that was just connected or the one that the link is for, and with access to its data. */
export function showDone ({ status, venue }, { denied = false, reconnecting = true, used = false } = {}) {
  const good = status === 'connected' && !denied && (venue !== null || !reconnecting)
  $('done-tick').hidden = !good
  $('done-notice').hidden = good
  const name = venue?.name ?? null
  if (status === 'other-venue') {
    $('done-title').textContent = say('otherVenue')
    $('done-text').textContent = say('otherVenueLead', { venue: name ?? say('otherVenueUnnamed') })
  } else if (!good && !denied) {
    $('done-title').textContent = say('uncheckedTitle')
    $('done-text').textContent = say('unchecked')
  } else {
    $('done-title').textContent = name === null ? say('connected') : say('venueConnected', { venue: name })
    const withoutVenue = denied ? 'connectedNoAccess' : 'connectedNoVenue'
    $('done-text').textContent = say(used ? 'usedLead' : venue !== null ? 'connectedLead' : withoutVenue)
  }
  $('facts').hidden = venue === null || status === 'other-venue'
  if (venue !== null) {
    $('venue-zone').textContent = zoneText(venue.timeZone)
    $('venue-environment').textContent = say(venue.environment)
  }
  show('done')
}

/** Shows Australia/Brisbane as Brisbane, with its local time, so that a person recognizes the venue. */
function zoneText (zone) {
  if (zone === null) return '–'
  const city = zone.split('/').at(-1).replaceAll('_', ' ')
  try {
    // Formatted for the reader's region.
    const { lang } = document.documentElement
    const locale = navigator.languages.find((name) => name.startsWith(lang)) ?? lang
    const format = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit' })
    return say('timeThere', { zone: city, time: format.format(new Date()) })
  } catch {
    return city
  }
}
