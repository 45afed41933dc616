/** The Reporting API: the rows of each path. */
import { matching } from '../products.ts'
import * as money from './money.ts'
import * as people from './people.ts'
import { day, DEFAULT_PAGE_SIZE, page, period, stampOf } from './periods.ts'
import * as site from './venue.ts'
import type { Handler, Routes } from '../contract.ts'

const all = (records: site.Records): Handler => (call) => page(call, records(call.venue, stampOf(call)))

export const reportRoutes: Routes = {
  'GET /data/bookingitems': period(money.bookingItems),
  'GET /data/tickets': period(money.tickets),
  'GET /data/giftcards': period(money.giftCards),
  'GET /data/bookingpayments': period(money.payments),
  // ROLLER: the size of these pages is fixed.
  'GET /reporting/revenue-entries': period(money.revenueEntries, DEFAULT_PAGE_SIZE),
  'GET /data/tillreconciliations': day(money.tills, 'endDate'),
  'GET /data/products': (call) => {
    const sold = matching(call.venue, undefined, call.query('productType'), call.query('productSubType'))
    return page(call, sold.flatMap((product) => site.productRecords(call.venue, product)))
  },
  'GET /data/modifiers': all(site.modifiers),
  'GET /data/discounts': all(site.discounts),
  'GET /data/locations': all(site.locations),
  'GET /data/devices': all(site.devices),
  'GET /data/staffs': all(site.staff),
  'GET /data/roles': all(site.staffRoles),
  'GET /data/reportingcategories': ({ venue }) => site.reportingCategories(venue),
  'GET /data/waivers': all(site.waivers),
  'GET /data/customers': period(people.customers),
  'GET /data/attendances': period(people.attendances),
  'GET /data/signedwaivers': period(people.signedWaivers),
  'GET /data/bookingsignedwaivers': period(people.bookingSignedWaivers),
  'GET /data/membershipredemptions': day(people.membershipRedemptions, 'date'),
  'GET /data/membershipstatuses': day(people.membershipStatuses, 'date'),
  'GET /data/membershipcredits': day(people.membershipCredits, 'date'),
  'GET /reporting/gxs': period(people.surveyResponses)
}
