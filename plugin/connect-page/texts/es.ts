import type { Texts } from './en.ts'

export const es: Texts = {
  title: 'Conectar ROLLER',
  heading: 'Conecte su centro de ROLLER',
  lead: 'Introduzca una sola vez el Client ID y el Client Secret de su centro. Pasan directamente de esta página a Nango, el servicio ' +
    'que los guarda, y no se almacenan en este navegador.',
  clientId: 'Client ID',
  clientIdHint: 'Ya está rellenado. Cámbielo solo si en ROLLER aparece otro.',
  clientSecret: 'Client Secret',
  show: 'Mostrar',
  hide: 'Ocultar',
  showSecret: 'Mostrar el Client Secret',
  hideSecret: 'Ocultar el Client Secret',
  submit: 'Conectar el centro',
  checking: 'Comprobando con ROLLER…',
  slow: 'Seguimos comprobando. Está tardando más de lo habitual.',
  required: 'Rellene este campo.',
  where: '¿Dónde encuentro el Client ID y el Client Secret?',
  step1: 'Inicie sesión en ROLLER Venue Manager con una cuenta que pueda cambiar la configuración.',
  step2: 'Abra Settings, después Integrations y después API keys.',
  step3: 'Abra la entrada de esta conexión o cree una. Cada centro tiene la suya.',
  step4: 'Copie su Client ID y su Client Secret en esta página.',
  stepNote: 'Este enlace es para ROLLER {environment}. ¿No ve «API keys» en el menú? El acceso a la API es un complemento: solicítelo a ' +
    'ROLLER.',
  or: 'o',
  connectUi: 'Usar el formulario de Nango',
  connectUiTitle: 'Formulario de Nango para conectar ROLLER',
  secure: 'El Client ID y el Client Secret se envían a {host} y a ningún otro sitio.',
  minutes: 'Este enlace es válido durante {minutes} minutos más.',
  minute: 'Este enlace es válido durante menos de dos minutos.',
  connected: 'Conectado',
  venueConnected: '{venue} está conectado',
  connectedLead: 'Todo listo. Puede cerrar esta página.',
  connectedNoVenue: 'Su centro está conectado. Su nombre no está disponible en este momento, pero no tiene importancia. Puede cerrar ' +
    'esta página.',
  connectedNoAccess: 'El Client ID y el Client Secret son correctos, pero no tienen acceso a los datos de su centro. En Venue Manager, ' +
    'añada los permisos que necesita quien le envió este enlace.',
  usedLead: 'Este enlace ya se ha utilizado y no queda nada por hacer. Puede cerrar esta página.',
  uncheckedTitle: 'El Client ID y el Client Secret son correctos',
  unchecked: 'ROLLER los acepta, pero aún no ha confirmado a qué centro pertenecen. Quien le envió este enlace lo verá en cuanto se ' +
    'confirme.',
  otherVenue: 'Este es otro centro',
  otherVenueLead: 'Este Client ID y este Client Secret pertenecen a {venue}. No se usarán hasta que quien le envió este enlace confirme ' +
    'el cambio.',
  otherVenueUnnamed: 'un centro sin nombre',
  timeZone: 'Zona horaria',
  timeThere: '{zone}, ahora son las {time}',
  environment: 'Entorno',
  live: 'Live',
  playground: 'Playground (pruebas)',
  rejectedTitle: 'ROLLER no ha aceptado el Client ID y el Client Secret',
  rejected: 'Vuelva a copiar el Client Secret, completo y sin espacios. Compruebe que corresponde a este Client ID y que ambos son de ' +
    '{environment}: los de {other} no funcionan aquí.',
  rollerBusyTitle: 'ROLLER no está disponible en este momento',
  rollerBusy: 'No ha sido posible hacer la comprobación y no se ha guardado nada. Inténtelo de nuevo en unos minutos: sus datos siguen ' +
    'aquí.',
  unclearTitle: 'ROLLER no ha dado una respuesta clara',
  unclear: 'No se ha guardado nada. Inténtelo de nuevo en unos minutos: sus datos siguen aquí. Si el problema continúa, vuelva a copiar ' +
    'el Client Secret, completo y sin espacios.',
  expiredTitle: 'Este enlace ha caducado',
  expired: 'Los enlaces son válidos durante 30 minutos. Si ya ha conectado su centro con este, no tiene que hacer nada más. Si no, pida ' +
    'uno nuevo a quien se lo envió.',
  missingTitle: 'Vuelva a abrir su enlace',
  missing: 'Esta página necesita el enlace completo que recibió. Por su seguridad, lo olvida al volver a cargarse.',
  networkTitle: 'No se puede conectar con Nango',
  network: 'Compruebe su conexión a internet y si un cortafuegos o un bloqueador de anuncios bloquea {host}. Después, inténtelo de ' +
    'nuevo: sus datos siguen aquí.',
  lateTitle: 'No hay respuesta',
  late: 'La comprobación ha tardado demasiado. Es posible que haya funcionado: pregunte a quien le envió este enlace antes de volver a ' +
    'intentarlo.',
  busyTitle: 'Demasiados intentos',
  busy: 'Espere un minuto e inténtelo de nuevo.',
  setupTitle: 'Este enlace no funciona',
  setup: 'No es culpa suya y no se ha guardado nada. Comunique este código a quien le envió el enlace: {code}.',
  troubleTitle: 'Se ha producido un error',
  trouble: 'No se ha guardado nada. Inténtelo de nuevo en unos minutos. Si el problema continúa, comunique este código a quien le envió ' +
    'el enlace: {code}.',
  noScript: 'JavaScript está desactivado en este navegador o no ha llegado. Esta página lo necesita para enviar el Client ID y el Client ' +
    'Secret a Nango. Actívelo o vuelva a cargar la página.'
}
