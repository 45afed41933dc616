/** Every word of the connect page. English says which there are; another language that lacks one does not compile. `{…}` is filled in. */

const en = {
  title: 'Connect ROLLER',
  heading: 'Connect your ROLLER venue',
  lead: 'Enter the keys of your venue once. They go from this page straight to Nango, the service that keeps them, and are not ' +
    'stored in this browser.',
  clientId: 'Client ID',
  clientIdHint: 'Filled in for you. Change it only if it is not the one you see in ROLLER.',
  clientSecret: 'Client Secret',
  show: 'Show',
  hide: 'Hide',
  showSecret: 'Show the Client Secret',
  hideSecret: 'Hide the Client Secret',
  submit: 'Connect venue',
  checking: 'Checking your keys with ROLLER…',
  slow: 'Still checking. This takes longer than usual.',
  required: 'Fill in this field.',
  where: 'Where do I find these keys?',
  step1: 'Sign in to ROLLER Venue Manager with an account that may change settings.',
  step2: 'Open Settings, then Integrations, then API keys.',
  step3: 'Open the API key that is meant for this connection, or add one. Every venue has a key of its own.',
  step4: 'Copy its Client ID and its Client Secret into this page.',
  stepNote: 'This link takes keys of {environment}. No API keys in the menu? API access is an add-on: ask ROLLER for it.',
  or: 'or',
  connectUi: 'Use Nango’s form',
  connectUiTitle: 'Nango’s form to connect ROLLER',
  secure: 'Your keys go to {host} and nowhere else.',
  minutes: 'This link is good for {minutes} more minutes.',
  minute: 'This link is good for less than two minutes.',
  connected: 'Connected',
  venueConnected: '{venue} is connected',
  connectedLead: 'All done. You can close this page.',
  connectedNoVenue: 'The keys are good. The name of your venue could not be read just now, which does no harm. You can close this page.',
  connectedNoAccess: 'The keys are good, but ROLLER does not let them read your venue. In Venue Manager, give the API key the ' +
    'permissions that you were asked for.',
  usedLead: 'This link has been used, and there is nothing left to do. You can close this page.',
  uncheckedTitle: 'The keys are good',
  unchecked: 'ROLLER takes them, but which venue they belong to could not be checked yet. Whoever sent you this link sees it as soon ' +
    'as it is known.',
  otherVenue: 'These are the keys of another venue',
  otherVenueLead: 'They belong to {venue}. Nothing is done with them until whoever sent you this link confirms that this is meant.',
  otherVenueUnnamed: 'a venue without a name',
  timeZone: 'Time zone',
  timeThere: '{zone}, {time} now',
  environment: 'Environment',
  live: 'Live',
  playground: 'Playground (test)',
  refusedTitle: 'ROLLER did not accept these keys',
  refused: 'Copy the Client Secret once more, whole and without spaces. Make sure that it belongs to this Client ID, and that the ' +
    'key is one of {environment}: a key of {other} does not work here.',
  rollerBusyTitle: 'ROLLER cannot be asked right now',
  rollerBusy: 'Your keys could not be checked, and nothing was saved. Try again in a few minutes: your entries are still here.',
  unclearTitle: 'ROLLER did not say whether these keys are good',
  unclear: 'Nothing was saved. Try again in a few minutes: your entries are still here. If it stays like this, copy the Client ' +
    'Secret once more, whole and without spaces.',
  expiredTitle: 'This link has ended',
  expired: 'Links work for 30 minutes. If you have connected your venue with it, all is done. If not: Ask whoever sent it to you for ' +
    'a new one.',
  missingTitle: 'Open your link again',
  missing: 'This page needs the whole link that you were sent. To keep it safe the page forgets it when it is loaded again.',
  networkTitle: 'Nango cannot be reached',
  network: 'Check your internet connection, and whether a firewall or an ad blocker stops {host}. Then try again: your entries are ' +
    'still here.',
  lateTitle: 'No answer has come',
  late: 'The check took too long. It may have worked all the same: ask whoever sent you this link before you try again.',
  busyTitle: 'Too many tries',
  busy: 'Wait a minute, then try again.',
  setupTitle: 'This link does not work',
  setup: 'It is not your fault, and nothing was saved. Tell whoever sent you this link: {code}.',
  troubleTitle: 'Something went wrong',
  trouble: 'Nothing was saved. Try again in a few minutes. If it stays like this, tell whoever sent you this link: {code}.'
}

export type TextName = keyof typeof en
export type Texts = Readonly<Record<TextName, string>>

const de: Texts = {
  title: 'ROLLER verbinden',
  heading: 'Verbinden Sie Ihr ROLLER-Konto',
  lead: 'Geben Sie die Schlüssel Ihres Standorts einmal ein. Sie gehen von dieser Seite direkt an Nango, den Dienst, der sie ' +
    'verwahrt, und bleiben nicht in diesem Browser.',
  clientId: 'Client ID',
  clientIdHint: 'Ist schon ausgefüllt. Ändern Sie sie nur, wenn in ROLLER eine andere steht.',
  clientSecret: 'Client Secret',
  show: 'Zeigen',
  hide: 'Verbergen',
  showSecret: 'Client Secret zeigen',
  hideSecret: 'Client Secret verbergen',
  submit: 'Standort verbinden',
  checking: 'ROLLER prüft Ihre Schlüssel…',
  slow: 'Die Prüfung läuft noch. Sie dauert länger als üblich.',
  required: 'Füllen Sie dieses Feld aus.',
  where: 'Wo finde ich diese Schlüssel?',
  step1: 'Melden Sie sich im ROLLER Venue Manager mit einem Konto an, das Einstellungen ändern darf.',
  step2: 'Öffnen Sie Settings, dann Integrations, dann API keys.',
  step3: 'Öffnen Sie den API-Schlüssel, der für diese Verbindung gedacht ist, oder legen Sie einen an. Jeder Standort hat einen eigenen.',
  step4: 'Kopieren Sie Client ID und Client Secret auf diese Seite.',
  stepNote: 'Dieser Link nimmt Schlüssel von {environment}. Sie sehen kein „API keys“? Der API-Zugang ist ein Zusatzpaket: Fragen Sie ' +
    'ROLLER danach.',
  or: 'oder',
  connectUi: 'Das Formular von Nango benutzen',
  connectUiTitle: 'Formular von Nango, um ROLLER zu verbinden',
  secure: 'Ihre Schlüssel gehen an {host} und sonst nirgendwohin.',
  minutes: 'Dieser Link gilt noch {minutes} Minuten.',
  minute: 'Dieser Link gilt noch weniger als zwei Minuten.',
  connected: 'Verbunden',
  venueConnected: '{venue} ist verbunden',
  connectedLead: 'Das war alles. Sie können diese Seite schließen.',
  connectedNoVenue: 'Die Schlüssel stimmen. Nur der Name Ihres Standorts war gerade nicht zu lesen, das schadet nicht. Sie können diese ' +
    'Seite schließen.',
  connectedNoAccess: 'Die Schlüssel stimmen, aber ROLLER lässt sie Ihren Standort nicht lesen. Geben Sie dem API-Schlüssel im Venue ' +
    'Manager die Rechte, um die man Sie gebeten hat.',
  usedLead: 'Dieser Link wurde schon benutzt, und es ist nichts mehr zu tun. Sie können diese Seite schließen.',
  uncheckedTitle: 'Die Schlüssel stimmen',
  unchecked: 'ROLLER nimmt sie an. Zu welchem Standort sie gehören, war noch nicht zu prüfen; der Absender dieses Links sieht es, ' +
    'sobald es feststeht.',
  otherVenue: 'Das sind die Schlüssel eines anderen Standorts',
  otherVenueLead: 'Sie gehören zu {venue}. Es geschieht nichts damit, bis der Absender dieses Links bestätigt, dass das so gemeint ist.',
  otherVenueUnnamed: 'einem Standort ohne Namen',
  timeZone: 'Zeitzone',
  timeThere: '{zone}, dort ist es {time}',
  environment: 'Umgebung',
  live: 'Live',
  playground: 'Playground (Test)',
  refusedTitle: 'ROLLER nimmt diese Schlüssel nicht an',
  refused: 'Kopieren Sie das Client Secret noch einmal, ganz und ohne Leerzeichen. Es muss zu dieser Client ID gehören, und der ' +
    'Schlüssel muss einer von {environment} sein: Einer von {other} gilt hier nicht.',
  rollerBusyTitle: 'ROLLER ist gerade nicht zu erreichen',
  rollerBusy: 'Ihre Schlüssel konnten nicht geprüft werden, und es wurde nichts gespeichert. Versuchen Sie es in ein paar Minuten noch ' +
    'einmal: Ihre Eingaben sind noch da.',
  unclearTitle: 'ROLLER sagt nicht, ob diese Schlüssel stimmen',
  unclear: 'Es wurde nichts gespeichert. Versuchen Sie es in ein paar Minuten noch einmal: Ihre Eingaben sind noch da. Bleibt es so, ' +
    'kopieren Sie das Client Secret noch einmal, ganz und ohne Leerzeichen.',
  expiredTitle: 'Dieser Link ist abgelaufen',
  expired: 'Links gelten 30 Minuten. Haben Sie Ihren Standort damit verbunden, ist alles getan. Wenn nicht: Bitten Sie den Absender ' +
    'um einen neuen.',
  missingTitle: 'Öffnen Sie Ihren Link noch einmal',
  missing: 'Diese Seite braucht den ganzen Link, den man Ihnen geschickt hat. Zu Ihrer Sicherheit vergisst sie ihn, wenn sie neu ' +
    'geladen wird.',
  networkTitle: 'Nango ist nicht zu erreichen',
  network: 'Prüfen Sie Ihre Internetverbindung, und ob eine Firewall oder ein Werbeblocker {host} aufhält. Versuchen Sie es dann ' +
    'noch einmal: Ihre Eingaben sind noch da.',
  lateTitle: 'Es kam keine Antwort',
  late: 'Die Prüfung hat zu lange gedauert. Vielleicht hat es trotzdem geklappt: Fragen Sie den Absender dieses Links, bevor Sie ' +
    'es noch einmal versuchen.',
  busyTitle: 'Zu viele Versuche',
  busy: 'Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
  setupTitle: 'Dieser Link funktioniert nicht',
  setup: 'Es liegt nicht an Ihnen, und es wurde nichts gespeichert. Sagen Sie dem Absender dieses Links: {code}.',
  troubleTitle: 'Etwas ist schiefgegangen',
  trouble: 'Es wurde nichts gespeichert. Versuchen Sie es in ein paar Minuten noch einmal. Bleibt es so, sagen Sie dem Absender ' +
    'dieses Links: {code}.'
}

export const languages = { en, de } as const satisfies Record<string, Texts>
export type Language = keyof typeof languages

/** The first language of Accept-Language that the page speaks. The page's own script then looks at lang= and at the browser's languages. */
export function chooseLanguage (header: string | undefined): Language {
  for (const range of (header ?? '').split(',')) {
    const name = range.trim().slice(0, 2).toLowerCase()
    if (Object.hasOwn(languages, name)) return name as Language // it has it
  }
  return 'en'
}
