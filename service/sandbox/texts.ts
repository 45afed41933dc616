/** The texts of the sandbox's landing page, in the languages of the connect page. `{…}` is filled in. */
import type { Language } from 'fastify-roller/internal'

const en = {
  title: 'fastify-roller sandbox',
  running: 'fastify-roller is running',
  lead: 'The service runs on a simulated Nango and a simulated ROLLER. No data is real, and nothing can break.',
  documents: 'Documentation',
  explore: 'Explore the API',
  ready: 'Status',
  metrics: 'Metrics',
  venues: 'Connected venues',
  looking: 'Loading…',
  connect: 'Connect another venue',
  connectHint: 'Opens the page that a venue manager sees. Enter any Client Secret except {wrong}.',
  limits: 'Rate limits of {connectionId}',
  limitsHint: 'ROLLER counts calls in a sliding window. The gateway counts as well, and delays a call before ROLLER rejects it.',
  calls: 'Send 120 calls',
  first: 'The first call',
  command: 'Command',
  firstHint: 'ROLLER’s own paths are under {roller}. The header {header} names the venue’s connection.',
  footer: 'To use your own Nango, set {key}, and {host} for a self-hosted Nango.',
  down: 'The service does not respond. Is it still running?',
  needsKey: 'This sandbox requires a key (API_KEYS). Use Authorize in the API explorer.',
  connected: 'Connected',
  reconnectRequired: 'Reconnect required',
  coolingOff: 'Cooling off',
  rest: 'REST API',
  reporting: 'Reporting API',
  left: '{remaining} of {limit} left in {span}',
  used: '{name}: {used} of {limit} calls used',
  sent: '{count} of {all} calls were answered by ROLLER.'
}

export type Texts = Readonly<Record<keyof typeof en, string>>

const de: Texts = {
  title: 'fastify-roller-Sandbox',
  running: 'fastify-roller läuft',
  lead: 'Der Dienst läuft mit einem simulierten Nango und einem simulierten ROLLER. Alle Daten sind erfunden, und nichts ' +
    'kann kaputtgehen.',
  documents: 'Dokumentation',
  explore: 'API ausprobieren',
  ready: 'Status',
  metrics: 'Metriken',
  venues: 'Verbundene Standorte',
  looking: 'Wird geladen…',
  connect: 'Weiteren Standort verbinden',
  connectHint: 'Öffnet die Seite, die Standortverantwortliche sehen. Jedes Client Secret außer {wrong} funktioniert.',
  limits: 'Rate-Limits von {connectionId}',
  limitsHint: 'ROLLER zählt Aufrufe in einem gleitenden Zeitfenster. Das Gateway zählt mit und hält einen Aufruf zurück, bevor ' +
    'ROLLER ihn ablehnt.',
  calls: '120 Aufrufe senden',
  first: 'Der erste Aufruf',
  command: 'Befehl',
  firstHint: 'ROLLERs eigene Pfade liegen unter {roller}. Der Header {header} nennt die Verbindung des Standorts.',
  footer: 'Für Ihr eigenes Nango setzen Sie {key}, und {host} für ein selbst betriebenes Nango.',
  down: 'Der Dienst antwortet nicht. Läuft er noch?',
  needsKey: 'Diese Sandbox verlangt einen Schlüssel (API_KEYS). Benutzen Sie „Authorize“ im API-Explorer.',
  connected: 'Verbunden',
  reconnectRequired: 'Muss neu verbunden werden',
  coolingOff: 'Abkühlphase',
  rest: 'REST-API',
  reporting: 'Reporting-API',
  left: '{remaining} von {limit} übrig in {span}',
  used: '{name}: {used} von {limit} Aufrufen verbraucht',
  sent: 'ROLLER hat {count} von {all} Aufrufen beantwortet.'
}

const es: Texts = {
  title: 'Sandbox de fastify-roller',
  running: 'fastify-roller está en marcha',
  lead: 'El servicio funciona con un Nango simulado y un ROLLER simulado. Ningún dato es real y no hay riesgo de estropear nada.',
  documents: 'Documentación',
  explore: 'Explorar la API',
  ready: 'Estado',
  metrics: 'Métricas',
  venues: 'Centros conectados',
  looking: 'Cargando…',
  connect: 'Conectar otro centro',
  connectHint: 'Abre la página que ve el responsable de un centro. Sirve cualquier Client Secret excepto {wrong}.',
  limits: 'Límites de {connectionId}',
  limitsHint: 'ROLLER cuenta las llamadas en una ventana deslizante. La pasarela también las cuenta y retrasa una llamada antes de ' +
    'que ROLLER la rechace.',
  calls: 'Enviar 120 llamadas',
  first: 'La primera llamada',
  command: 'Comando',
  firstHint: 'Las rutas de ROLLER están bajo {roller}. La cabecera {header} indica la conexión del centro.',
  footer: 'Para usar su propio Nango, defina {key}, y {host} si lo aloja usted mismo.',
  down: 'El servicio no responde. ¿Sigue en marcha?',
  needsKey: 'Este sandbox requiere una clave (API_KEYS). Use «Authorize» en el explorador de la API.',
  connected: 'Conectado',
  reconnectRequired: 'Hay que volver a conectar',
  coolingOff: 'En pausa tras un 429',
  rest: 'API REST',
  reporting: 'API de informes',
  left: 'quedan {remaining} de {limit} en {span}',
  used: '{name}: {used} de {limit} llamadas usadas',
  sent: 'ROLLER ha respondido a {count} de {all} llamadas.'
}

const fr: Texts = {
  title: 'Sandbox fastify-roller',
  running: 'fastify-roller est en cours d’exécution',
  lead: 'Le service fonctionne avec un Nango simulé et un ROLLER simulé. Aucune donnée n’est réelle et vous ne risquez rien.',
  documents: 'Documentation',
  explore: 'Explorer l’API',
  ready: 'État',
  metrics: 'Métriques',
  venues: 'Sites connectés',
  looking: 'Chargement…',
  connect: 'Connecter un autre site',
  connectHint: 'Ouvre la page que voit le responsable d’un site. Tout Client Secret convient, sauf {wrong}.',
  limits: 'Limites de débit de {connectionId}',
  limitsHint: 'ROLLER compte les appels dans une fenêtre glissante. La passerelle les compte aussi et retarde un appel avant que ' +
    'ROLLER ne le refuse.',
  calls: 'Envoyer 120 appels',
  first: 'Le premier appel',
  command: 'Commande',
  firstHint: 'Les chemins de ROLLER se trouvent sous {roller}. L’en-tête {header} désigne la connexion du site.',
  footer: 'Pour utiliser votre propre Nango, définissez {key}, et {host} si vous l’hébergez vous-même.',
  down: 'Le service ne répond pas. Est-il toujours en cours d’exécution ?',
  needsKey: 'Cette sandbox exige une clé (API_KEYS). Utilisez « Authorize » dans l’explorateur d’API.',
  connected: 'Connecté',
  reconnectRequired: 'Reconnexion nécessaire',
  coolingOff: 'En pause après un 429',
  rest: 'API REST',
  reporting: 'API de rapports',
  left: '{remaining} sur {limit} restants en {span}',
  used: '{name} : {used} appels utilisés sur {limit}',
  sent: 'ROLLER a répondu à {count} appels sur {all}.'
}

export const landingTexts: Readonly<Record<Language, Texts>> = { en, de, es, fr }
