/** The sandbox's first page. */

export interface LandingHtmlOptions {
  readonly connectionId: string
  readonly nonce: string
}

export function landingHtml ({ connectionId, nonce }: LandingHtmlOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>fastify-roller sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="sandbox/style.css" nonce="${nonce}">
<script type="module" src="sandbox/page.js" nonce="${nonce}"></script>
</head>
<body data-connection-id="${connectionId}">
<header>
<div>
<p class="badge">Sandbox</p>
<h1>fastify-roller is running</h1>
<p class="lead">A simulated Nango and a simulated ROLLER stand behind it: nothing here is real, and nothing can break.</p>
</div>
<nav aria-label="Documents">
<a class="button main" href="docs">Explore the API</a>
<a class="button" href="openapi.json">OpenAPI</a>
<a class="button" href="ready">Ready?</a>
<a class="button" href="metrics">Metrics</a>
</nav>
</header>
<main>
<p id="note" class="note" role="alert" hidden></p>
<section aria-labelledby="venues-title">
<h2 id="venues-title">Connected venues</h2>
<ul id="venues"><li class="quiet">Looking…</li></ul>
<button id="connect" class="button" type="button">Connect another venue</button>
<p class="hint">Opens the page that a venue manager sees. Any Client Secret will do but <code>wrong</code>.</p>
</section>
<section aria-labelledby="budgets-title">
<h2 id="budgets-title">Rate budgets of <code>${connectionId}</code></h2>
<p class="hint">ROLLER counts calls in a window that slides. The gateway counts along, and holds a call back before ROLLER would.</p>
<div id="budgets"></div>
<button id="calls" class="button" type="button">Send 120 calls</button>
<p id="sent" class="hint" role="status"></p>
</section>
<section aria-labelledby="try-title">
<h2 id="try-title">A first call</h2>
<pre tabindex="0" aria-label="Command"><code id="command"></code></pre>
<p class="hint">ROLLER’s own paths stand under <code>/roller</code>; the header <code>Connection-Id</code> names the venue.</p>
</section>
</main>
<footer>For the real thing set <code>NANGO_SECRET_KEY</code>, and <code>NANGO_HOST</code> for a self-hosted Nango.</footer>
</body>
</html>
`
}
