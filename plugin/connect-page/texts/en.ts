/** The texts of the connect page. The other languages must have the same ones. `{…}` is filled in. */
export const en = {
  title: 'Connect ROLLER',
  heading: 'Connect your ROLLER venue',
  lead: 'Enter the Client ID and the Client Secret of your venue once. They go from this page straight to Nango, the service that ' +
    'stores them, and are not saved in this browser.',
  clientId: 'Client ID',
  clientIdHint: 'Filled in for you. Change it only if ROLLER shows a different one.',
  clientSecret: 'Client Secret',
  show: 'Show',
  hide: 'Hide',
  showSecret: 'Show the Client Secret',
  hideSecret: 'Hide the Client Secret',
  submit: 'Connect venue',
  checking: 'Checking with ROLLER…',
  slow: 'Still checking. This is taking longer than usual.',
  required: 'Fill in this field.',
  where: 'Where do I find the Client ID and the Client Secret?',
  step1: 'Sign in to ROLLER Venue Manager with an account that may change settings.',
  step2: 'Open Settings, then Integrations, then API keys.',
  step3: 'Open the entry for this connection, or add one. Each venue has its own.',
  step4: 'Copy its Client ID and its Client Secret to this page.',
  stepNote: 'This link is for ROLLER {environment}. No API keys in the menu? API access is an add-on: ask ROLLER for it.',
  or: 'or',
  connectUi: 'Use Nango’s form',
  connectUiTitle: 'Nango’s form to connect ROLLER',
  secure: 'Your Client ID and Client Secret are sent to {host} and nowhere else.',
  minutes: 'This link is valid for {minutes} more minutes.',
  minute: 'This link is valid for less than two minutes.',
  connected: 'Connected',
  venueConnected: '{venue} is connected',
  connectedLead: 'All done. You can close this page.',
  connectedNoVenue: 'Your venue is connected. Its name is not available right now, which does no harm. You can close this page.',
  connectedNoAccess: 'The Client ID and the Client Secret are correct, but they do not have access to your venue’s data. In Venue ' +
    'Manager, add the permissions that the sender of this link needs.',
  usedLead: 'This link has been used, and there is nothing left to do. You can close this page.',
  uncheckedTitle: 'The Client ID and the Client Secret are correct',
  unchecked: 'ROLLER accepts them, but has not confirmed yet which venue they belong to. The sender of this link will see it as soon as ' +
    'it is confirmed.',
  otherVenue: 'This is another venue',
  otherVenueLead: 'This Client ID and Client Secret belong to {venue}. They are not used until the sender of this link confirms the ' +
    'change.',
  otherVenueUnnamed: 'a venue without a name',
  timeZone: 'Time zone',
  timeThere: '{zone}, {time} now',
  environment: 'Environment',
  live: 'Live',
  playground: 'Playground (test)',
  rejectedTitle: 'ROLLER did not accept the Client ID and the Client Secret',
  rejected: 'Copy the Client Secret again, complete and without spaces. Check that it belongs to this Client ID and that both are from ' +
    '{environment}: those from {other} do not work here.',
  rollerBusyTitle: 'ROLLER is not available right now',
  rollerBusy: 'The check was not possible, and nothing was saved. Try again in a few minutes: your entries are still here.',
  unclearTitle: 'ROLLER did not give a clear answer',
  unclear: 'Nothing was saved. Try again in a few minutes: your entries are still here. If this continues, copy the Client Secret ' +
    'again, complete and without spaces.',
  expiredTitle: 'This link has expired',
  expired: 'Links are valid for 30 minutes. If you have connected your venue with this one, you are done. If not, ask the sender for a ' +
    'new link.',
  missingTitle: 'Open your link again',
  missing: 'This page needs the complete link that you were sent. For your security, the page forgets it when it is reloaded.',
  networkTitle: 'Nango cannot be reached',
  network: 'Check your internet connection, and whether a firewall or an ad blocker blocks {host}. Then try again: your entries are ' +
    'still here.',
  lateTitle: 'No response',
  late: 'The check took too long. It may have worked anyway: ask the sender of this link before you try again.',
  busyTitle: 'Too many attempts',
  busy: 'Wait a minute, then try again.',
  setupTitle: 'This link does not work',
  setup: 'It is not your fault, and nothing was saved. Give the sender of this link the code {code}.',
  troubleTitle: 'Something went wrong',
  trouble: 'Nothing was saved. Try again in a few minutes. If this continues, give the sender of this link the code {code}.',
  noScript: 'JavaScript is disabled in this browser, or did not arrive. This page needs it to send your Client ID and Client Secret to ' +
    'Nango. Enable it, or load the page again.'
}

export type TextName = keyof typeof en
export type Texts = Readonly<Record<TextName, string>>
