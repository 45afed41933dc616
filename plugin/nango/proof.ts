/**
 * Field of a connection's config in Nango that identifies the connect link which created it. Browsers can read it; it grants nothing by
 * itself.
 */
export const PROOF_FIELD = 'roller_connect_page'
