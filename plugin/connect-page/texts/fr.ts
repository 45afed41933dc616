import type { Texts } from './en.ts'

export const fr: Texts = {
  title: 'Connecter ROLLER',
  heading: 'Connectez votre site ROLLER',
  lead: 'Saisissez une seule fois le Client ID et le Client Secret de votre site. Ils passent directement de cette page à Nango, le ' +
    'service qui les conserve, et ne sont pas enregistrés dans ce navigateur.',
  clientId: 'Client ID',
  clientIdHint: 'Déjà rempli. Ne le modifiez que si ROLLER en affiche un autre.',
  clientSecret: 'Client Secret',
  show: 'Afficher',
  hide: 'Masquer',
  showSecret: 'Afficher le Client Secret',
  hideSecret: 'Masquer le Client Secret',
  submit: 'Connecter le site',
  checking: 'Vérification auprès de ROLLER…',
  slow: 'La vérification est toujours en cours. Elle prend plus de temps que d’habitude.',
  required: 'Remplissez ce champ.',
  where: 'Où trouver le Client ID et le Client Secret ?',
  step1: 'Connectez-vous à ROLLER Venue Manager avec un compte autorisé à modifier les paramètres.',
  step2: 'Ouvrez Settings, puis Integrations, puis API keys.',
  step3: 'Ouvrez l’entrée prévue pour cette connexion, ou ajoutez-en une. Chaque site a la sienne.',
  step4: 'Copiez son Client ID et son Client Secret sur cette page.',
  stepNote: 'Ce lien est destiné à ROLLER {environment}. « API keys » ne figure pas dans le menu ? L’accès à l’API est une option : ' +
    'demandez-la à ROLLER.',
  or: 'ou',
  connectUi: 'Utiliser le formulaire de Nango',
  connectUiTitle: 'Formulaire de Nango pour connecter ROLLER',
  secure: 'Le Client ID et le Client Secret sont envoyés à {host} et nulle part ailleurs.',
  minutes: 'Ce lien est encore valable {minutes} minutes.',
  minute: 'Ce lien est encore valable moins de deux minutes.',
  connected: 'Connecté',
  venueConnected: '{venue} est connecté',
  connectedLead: 'C’est terminé. Vous pouvez fermer cette page.',
  connectedNoVenue: 'Votre site est connecté. Son nom n’est pas disponible pour le moment, ce qui est sans conséquence. Vous pouvez ' +
    'fermer cette page.',
  connectedNoAccess: 'Le Client ID et le Client Secret sont corrects, mais ne donnent pas accès aux données de votre site. Dans Venue ' +
    'Manager, ajoutez les autorisations dont l’expéditeur de ce lien a besoin.',
  usedLead: 'Ce lien a déjà été utilisé et il n’y a plus rien à faire. Vous pouvez fermer cette page.',
  uncheckedTitle: 'Le Client ID et le Client Secret sont corrects',
  unchecked: 'ROLLER les accepte, mais n’a pas encore confirmé à quel site ils appartiennent. L’expéditeur de ce lien le verra dès que ' +
    'ce sera confirmé.',
  otherVenue: 'Il s’agit d’un autre site',
  otherVenueLead: 'Ce Client ID et ce Client Secret appartiennent à {venue}. Ils ne seront pas utilisés tant que l’expéditeur de ce ' +
    'lien n’aura pas confirmé le changement.',
  otherVenueUnnamed: 'un site sans nom',
  timeZone: 'Fuseau horaire',
  timeThere: '{zone}, où il est {time}',
  environment: 'Environnement',
  live: 'Live',
  playground: 'Playground (test)',
  rejectedTitle: 'ROLLER n’a pas accepté le Client ID et le Client Secret',
  rejected: 'Copiez à nouveau le Client Secret, en entier et sans espaces. Vérifiez qu’il correspond à ce Client ID et que les deux ' +
    'proviennent de {environment} : ceux de {other} ne fonctionnent pas ici.',
  rollerBusyTitle: 'ROLLER n’est pas disponible pour le moment',
  rollerBusy: 'La vérification n’a pas été possible et rien n’a été enregistré. Réessayez dans quelques minutes : votre saisie est ' +
    'conservée.',
  unclearTitle: 'ROLLER n’a pas donné de réponse claire',
  unclear: 'Rien n’a été enregistré. Réessayez dans quelques minutes : votre saisie est conservée. Si le problème persiste, copiez à ' +
    'nouveau le Client Secret, en entier et sans espaces.',
  expiredTitle: 'Ce lien a expiré',
  expired: 'Les liens sont valables 30 minutes. Si vous avez déjà connecté votre site avec celui-ci, tout est terminé. Sinon, ' +
    'demandez-en un nouveau à l’expéditeur.',
  missingTitle: 'Ouvrez à nouveau votre lien',
  missing: 'Cette page a besoin du lien complet que vous avez reçu. Pour votre sécurité, elle l’oublie lorsqu’elle est rechargée.',
  networkTitle: 'Nango est injoignable',
  network: 'Vérifiez votre connexion internet et assurez-vous qu’aucun pare-feu ni bloqueur de publicité ne bloque {host}. Réessayez ' +
    'ensuite : votre saisie est conservée.',
  lateTitle: 'Pas de réponse',
  late: 'La vérification a pris trop de temps. Elle a peut-être tout de même abouti : renseignez-vous auprès de l’expéditeur de ce lien ' +
    'avant de réessayer.',
  busyTitle: 'Trop de tentatives',
  busy: 'Patientez une minute, puis réessayez.',
  setupTitle: 'Ce lien ne fonctionne pas',
  setup: 'Vous n’y êtes pour rien et rien n’a été enregistré. Communiquez ce code à l’expéditeur du lien : {code}.',
  troubleTitle: 'Une erreur est survenue',
  trouble: 'Rien n’a été enregistré. Réessayez dans quelques minutes. Si le problème persiste, communiquez ce code à l’expéditeur du ' +
    'lien : {code}.',
  noScript: 'JavaScript est désactivé dans ce navigateur, ou n’est pas arrivé. Cette page en a besoin pour envoyer le Client ID et le ' +
    'Client Secret à Nango. Activez-le, ou rechargez la page.'
}
