/** The sandbox page's style: the connect page's colours, on a wider sheet. */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: #f3f5f7; --card: #fff; --text: #17212b; --muted: #55626f; --line: #dde3e9; --edge: #7b8794; --accent: #0b6b63; --accent-strong: #08544e;
  --on-accent: #fff; --tint: #e6f3f1; --bad: #a3211a; --bad-tint: #fdeeec; --warm: #8a4b00; --warm-tint: #fdf1e0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1318; --card: #161d24; --text: #e9eef3; --muted: #a5b1bd; --line: #2a343e; --edge: #71808e; --accent: #54c7b8; --accent-strong: #79d8cb;
    --on-accent: #06231f; --tint: #12302d; --bad: #ffa69d; --bad-tint: #381b19; --warm: #f0b866; --warm-tint: #33260f;
  }
}
*, ::before, ::after { box-sizing: border-box }
[hidden] { display: none !important }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100% }
body { margin: 0 auto; max-width: 62rem; background: var(--page); color: var(--text); padding: clamp(1rem, 6vh, 4rem) clamp(.75rem, 4vw, 2rem) }
header { display: flex; flex-wrap: wrap; gap: 1.25rem 2rem; align-items: end; justify-content: space-between; margin-bottom: 2rem }
header > div { flex: 1 1 26rem }
h1 { font-size: clamp(1.5rem, 5vw, 2rem); line-height: 1.2; letter-spacing: -.015em; margin: .5rem 0 .375rem; text-wrap: balance }
h2 { font-size: 1.0625rem; margin: 0 0 .75rem }
p { margin: 0 }
.lead { color: var(--muted); max-width: 36rem }
.badge { display: inline-block; font-size: .8125rem; font-weight: 650; color: var(--warm); background: var(--warm-tint); border-radius: 99px; padding: .125rem .75rem }
nav { display: flex; flex-wrap: wrap; gap: .5rem }
main { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)) }
section { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1rem, 4vw, 1.5rem); min-width: 0 }
section:last-of-type, .note { grid-column: 1 / -1 }
.button { display: inline-flex; align-items: center; min-height: 2.75rem; padding: .375rem 1rem; font: inherit; font-weight: 600; text-decoration: none; color: var(--text); background: var(--card); border: 1px solid var(--edge); border-radius: 9px; cursor: pointer }
.button:hover { background: var(--page) }
.main { background: var(--accent); border-color: transparent; color: var(--on-accent) }
.main:hover { background: var(--accent-strong) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.hint, .quiet { color: var(--muted); font-size: .875rem }
.button + .hint { margin-top: .5rem }
.note { padding: .875rem 1rem; border-radius: 9px; background: var(--bad-tint); border-left: 4px solid var(--bad) }
ul { list-style: none; margin: 0 0 1rem; padding: 0; border-top: 1px solid var(--line) }
li { padding: .75rem 0; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .125rem .75rem; justify-content: space-between; overflow-wrap: anywhere }
li strong { flex: 1 1 12rem }
.state { font-size: .8125rem; font-weight: 600; color: var(--accent); background: var(--tint); border-radius: 99px; padding: 0 .625rem; height: fit-content }
.state.bad { color: var(--bad); background: var(--bad-tint) }
li .quiet { flex: 1 0 100% }
.budget { margin: 1rem 0 }
.budget p { display: flex; justify-content: space-between; gap: 1rem; font-weight: 600 }
.budget p span { font-weight: 400; color: var(--muted); font-size: .875rem; font-variant-numeric: tabular-nums }
svg { display: block; width: 100%; height: 3.5rem; margin-top: .25rem; background: var(--page); border-radius: 6px }
.area { fill: var(--tint) }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round }
pre { margin: 0 0 .75rem; padding: .875rem 1rem; background: var(--page); border: 1px solid var(--line); border-radius: 9px; overflow-x: auto; font-size: .875rem }
code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", monospace; font-size: .9375em }
footer { margin-top: 1.5rem; color: var(--muted); font-size: .875rem }
`
