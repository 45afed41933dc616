/** The connect page's style. Every pair of colours has a contrast of 4.5 or more for text and 3 for edges (WCAG 2.2 AA), in both schemes. */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: #f3f5f7; --card: #fff; --text: #17212b; --muted: #55626f; --line: #dde3e9; --edge: #7b8794;
  --accent: #0b6b63; --accent-strong: #08544e; --on-accent: #fff; --tint: #e6f3f1;
  --bad: #a3211a; --bad-tint: #fdeeec; --shadow: 0 1px 2px rgb(16 30 45 / 6%), 0 12px 32px rgb(16 30 45 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1318; --card: #161d24; --text: #e9eef3; --muted: #a5b1bd; --line: #2a343e; --edge: #71808e;
    --accent: #54c7b8; --accent-strong: #79d8cb; --on-accent: #06231f; --tint: #12302d;
    --bad: #ffa69d; --bad-tint: #381b19; --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 12px 32px rgb(0 0 0 / 30%);
  }
}
*, ::before, ::after { box-sizing: border-box }
[hidden] { display: none !important }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100% }
body { margin: 0; min-height: 100vh; background: var(--page); color: var(--text); display: grid; justify-items: center; align-items: start; padding: clamp(.75rem, 6vh, 4rem) .75rem }
main { width: 100%; max-width: 29rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px; box-shadow: var(--shadow); padding: clamp(1.25rem, 6vw, 2.25rem); overflow-wrap: anywhere; hyphens: auto }
.mark { display: block; margin-bottom: 1.25rem; fill: none; stroke: var(--accent); stroke-width: 4 }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.012em; margin: 0 0 .5rem; font-weight: 650; text-wrap: balance; hyphens: manual }
p { margin: 0 }
.lead { color: var(--muted) }
.field { margin-top: 1.25rem }
label { display: block; font-weight: 600; margin-bottom: .375rem }
input { width: 100%; min-height: 2.875rem; padding: .5rem .75rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 9px }
input[type=password], #client-secret, #client-id { font-family: ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", monospace; font-size: .9375rem }
input[aria-invalid=true] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad) }
input:read-only { background: var(--page) }
.hint, .error { font-size: .875rem; margin-top: .375rem; color: var(--muted) }
.error { color: var(--bad) }
.with-button { position: relative }
.with-button input { padding-right: 6rem }
button { font: inherit; font-weight: 600; min-height: 2.875rem; border-radius: 9px; border: 1px solid transparent; cursor: pointer }
.plain { position: absolute; inset: 2px 2px 2px auto; min-height: 0; padding: 0 .75rem; background: none; color: var(--accent); font-size: .875rem }
.plain:hover { text-decoration: underline }
.main { width: 100%; margin-top: 1.5rem; background: var(--accent); color: var(--on-accent); display: flex; align-items: center; justify-content: center; gap: .625rem; padding: .5rem 1rem }
.main:hover { background: var(--accent-strong) }
.main[aria-disabled=true] { cursor: progress }
.second { width: 100%; background: none; color: var(--text); border-color: var(--edge); padding: .5rem 1rem }
.second:hover { background: var(--page) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.panel:focus, .problem:focus { outline: none }
.spinner { display: none; width: 1.125rem; height: 1.125rem; border: 2.5px solid; border-right-color: transparent; border-radius: 50% }
.busy .spinner { display: block; animation: turn .8s linear infinite }
@keyframes turn { to { transform: rotate(1turn) } }
@media (prefers-reduced-motion: reduce) { .busy .spinner { animation-duration: 3s } }
details { margin-top: 1.25rem; border-top: 1px solid var(--line); padding-top: 1rem }
summary { color: var(--accent); font-weight: 600; cursor: pointer; border-radius: 4px; width: fit-content }
ol { padding-left: 1.25rem; margin: .75rem 0 }
li { margin: .375rem 0; padding-left: .125rem }
.or { display: flex; align-items: center; gap: .75rem; color: var(--muted); font-size: .875rem; margin: 1rem 0 }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line) }
footer { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .8125rem }
.problem { margin-top: 1.25rem; padding: .875rem 1rem; border-radius: 9px; background: var(--bad-tint); border-left: 4px solid var(--bad) }
.problem h2 { font-size: 1rem; margin: 0 0 .25rem; color: var(--bad) }
.panel > p { color: var(--muted) }
.icon { display: block; width: 3rem; height: 3rem; padding: .125rem; margin-bottom: 1.25rem; border-radius: 50%; background: var(--tint); fill: none; stroke: var(--accent); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
.icon circle { stroke: none }
main:has(.panel:not([hidden])) .mark { display: none }
dl { margin: 1.5rem 0 0; border-top: 1px solid var(--line) }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .75rem 0; border-bottom: 1px solid var(--line) }
dt { color: var(--muted); flex: 0 0 7rem }
dd { margin: 0; flex: 1 1 10rem; font-weight: 600 }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
`
