/**
 * Field of a connection's config in Nango that says which link of the connect page has made it. The browser may read it; alone it opens
 * nothing.
 */
export const PROOF_FIELD = 'roller_connect_page'
