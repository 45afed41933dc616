/**
 * The conversation with an endpoint elsewhere, in both revisions: MCP_URL, and MCP_KEY where the endpoint has keys. Only for a sandbox with
 * MCP_CONFIRM=always: it books and cancels. Ends with 1 at the first difference.
 */
import { converse } from './converse.ts'

const { MCP_URL: url = 'http://127.0.0.1:3000/mcp', MCP_KEY: key } = process.env
const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }

for (const legacy of [false, true]) await converse(url, { legacy, confirmed: true, headers })
console.log(`An agent has booked and cancelled at ${url}.`)
