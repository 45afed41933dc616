import type { Texts } from './en.ts'

export const de: Texts = {
  title: 'ROLLER verbinden',
  heading: 'Verbinden Sie Ihren ROLLER-Standort',
  lead: 'Geben Sie Client ID und Client Secret Ihres Standorts einmal ein. Beide gehen von dieser Seite direkt an Nango, den Dienst, ' +
    'der sie speichert, und werden nicht in diesem Browser gespeichert.',
  clientId: 'Client ID',
  clientIdHint: 'Schon ausgefüllt. Ändern Sie sie nur, wenn in ROLLER eine andere steht.',
  clientSecret: 'Client Secret',
  show: 'Zeigen',
  hide: 'Verbergen',
  showSecret: 'Client Secret zeigen',
  hideSecret: 'Client Secret verbergen',
  submit: 'Standort verbinden',
  checking: 'ROLLER prüft Ihre Angaben…',
  slow: 'Die Prüfung läuft noch. Sie dauert länger als üblich.',
  required: 'Füllen Sie dieses Feld aus.',
  where: 'Wo finde ich Client ID und Client Secret?',
  step1: 'Melden Sie sich im ROLLER Venue Manager mit einem Konto an, das Einstellungen ändern darf.',
  step2: 'Öffnen Sie Settings, dann Integrations, dann API keys.',
  step3: 'Öffnen Sie den Eintrag für diese Verbindung, oder legen Sie einen an. Jeder Standort hat einen eigenen.',
  step4: 'Kopieren Sie Client ID und Client Secret auf diese Seite.',
  stepNote: 'Dieser Link ist für ROLLER {environment}. Sie sehen kein „API keys“? Der API-Zugang ist ein Zusatzpaket: Fragen Sie ROLLER ' +
    'danach.',
  or: 'oder',
  connectUi: 'Das Formular von Nango benutzen',
  connectUiTitle: 'Formular von Nango, um ROLLER zu verbinden',
  secure: 'Client ID und Client Secret werden an {host} gesendet und sonst nirgendwohin.',
  minutes: 'Dieser Link gilt noch {minutes} Minuten.',
  minute: 'Dieser Link gilt noch weniger als zwei Minuten.',
  connected: 'Verbunden',
  venueConnected: '{venue} ist verbunden',
  connectedLead: 'Alles erledigt. Sie können diese Seite schließen.',
  connectedNoVenue: 'Ihr Standort ist verbunden. Nur sein Name ist gerade nicht verfügbar, das schadet nicht. Sie können diese Seite ' +
    'schließen.',
  connectedNoAccess: 'Client ID und Client Secret stimmen, haben aber keinen Zugriff auf die Daten Ihres Standorts. Ergänzen Sie im ' +
    'Venue Manager die Rechte, die der Absender dieses Links braucht.',
  usedLead: 'Dieser Link wurde schon benutzt, und es ist nichts mehr zu tun. Sie können diese Seite schließen.',
  uncheckedTitle: 'Client ID und Client Secret stimmen',
  unchecked: 'ROLLER nimmt sie an, hat aber noch nicht bestätigt, zu welchem Standort sie gehören. Der Absender dieses Links sieht es, ' +
    'sobald es feststeht.',
  otherVenue: 'Das ist ein anderer Standort',
  otherVenueLead: 'Diese Client ID und dieses Client Secret gehören zu {venue}. Sie werden erst verwendet, wenn der Absender dieses ' +
    'Links die Änderung bestätigt.',
  otherVenueUnnamed: 'einem Standort ohne Namen',
  timeZone: 'Zeitzone',
  timeThere: '{zone}, dort ist es {time}',
  environment: 'Umgebung',
  live: 'Live',
  playground: 'Playground (Test)',
  rejectedTitle: 'ROLLER nimmt Client ID und Client Secret nicht an',
  rejected: 'Kopieren Sie das Client Secret noch einmal, vollständig und ohne Leerzeichen. Es muss zu dieser Client ID gehören, und ' +
    'beide müssen aus {environment} stammen: Angaben aus {other} gelten hier nicht.',
  rollerBusyTitle: 'ROLLER ist gerade nicht erreichbar',
  rollerBusy: 'Die Prüfung war nicht möglich, und es wurde nichts gespeichert. Versuchen Sie es in ein paar Minuten noch einmal: Ihre ' +
    'Eingaben sind noch da.',
  unclearTitle: 'ROLLER hat nicht eindeutig geantwortet',
  unclear: 'Es wurde nichts gespeichert. Versuchen Sie es in ein paar Minuten noch einmal: Ihre Eingaben sind noch da. Wenn es so ' +
    'bleibt, kopieren Sie das Client Secret noch einmal, vollständig und ohne Leerzeichen.',
  expiredTitle: 'Dieser Link ist abgelaufen',
  expired: 'Links gelten 30 Minuten. Haben Sie Ihren Standort schon damit verbunden, ist alles erledigt. Wenn nicht, bitten Sie den ' +
    'Absender um einen neuen.',
  missingTitle: 'Öffnen Sie Ihren Link noch einmal',
  missing: 'Diese Seite braucht den vollständigen Link, den Sie erhalten haben. Zu Ihrer Sicherheit vergisst sie ihn, wenn sie neu ' +
    'geladen wird.',
  networkTitle: 'Nango ist nicht erreichbar',
  network: 'Prüfen Sie Ihre Internetverbindung, und ob eine Firewall oder ein Werbeblocker {host} blockiert. Versuchen Sie es dann noch ' +
    'einmal: Ihre Eingaben sind noch da.',
  lateTitle: 'Keine Antwort',
  late: 'Die Prüfung hat zu lange gedauert. Vielleicht hat es trotzdem geklappt: Fragen Sie den Absender dieses Links, bevor Sie es ' +
    'noch einmal versuchen.',
  busyTitle: 'Zu viele Versuche',
  busy: 'Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
  setupTitle: 'Dieser Link funktioniert nicht',
  setup: 'Es liegt nicht an Ihnen, und es wurde nichts gespeichert. Nennen Sie dem Absender dieses Links den Code {code}.',
  troubleTitle: 'Etwas ist schiefgegangen',
  trouble: 'Es wurde nichts gespeichert. Versuchen Sie es in ein paar Minuten noch einmal. Wenn es so bleibt, nennen Sie dem Absender ' +
    'dieses Links den Code {code}.',
  noScript: 'JavaScript ist in diesem Browser ausgeschaltet oder nicht angekommen. Diese Seite braucht es, um Client ID und Client ' +
    'Secret an Nango zu senden. Schalten Sie es ein, oder laden Sie die Seite neu.'
}
