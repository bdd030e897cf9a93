/** The report's style sheet: light and dark, from 360 px up, and for paper. Chart colours are variables (charts/theme.ts). */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --ink: #16191d; --muted: #555d66; --grid: #e2e5e9; --line: #c8cdd3; --link: #0b57b0;
  --s1: #0068a8; --s2: #c4500a; --s3: #00806a; --s4: #9c3f8f; --s5: #7a5c00; --s6: #7c828a;
  --pass: #00684f; --attention: #8a4b00; --fail: #b3001e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1e2329; --ink: #e9ecef; --muted: #a8b0b9; --grid: #2c333b; --line: #434b54; --link: #7ab8ff;
    --s1: #56b4e9; --s2: #f28c52; --s3: #2fc29a; --s4: #dd97cd; --s5: #d8b04a; --s6: #8f98a2;
    --pass: #4fd1a5; --attention: #f2b25c; --fail: #ff8a94;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, Helvetica, Arial, sans-serif; overflow-wrap: break-word; }
main, header.top, footer { max-width: 860px; margin: 0 auto; padding: 0 16px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1.5rem 0 .3rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.6rem 0 .5rem; padding-top: .9rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .4rem 0 .8rem; max-width: 72ch; }
a { color: var(--link); }
code, pre { font: .86em/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { background: var(--panel); padding: .7rem .9rem; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
.meta, .note, figcaption .alt { color: var(--muted); font-size: .9rem; }
.banner { border: 2px solid var(--fail); border-radius: 6px; padding: .6rem .9rem; margin: 1rem 0; font-weight: 600; }
.question { font-size: 1.05rem; color: var(--muted); margin: .2rem 0; }
.answer { font-size: 1.18rem; line-height: 1.45; margin: .4rem 0 1rem; max-width: none; }
details.notes { margin-top: 1.2rem; } details.notes summary { font-weight: 600; }
.finding { font-weight: 600; }
ul.facts { list-style: none; padding: 0; margin: 0; }
ul.facts li { display: grid; grid-template-columns: 6.6rem 1fr; gap: .3rem .8rem; padding: .35rem 0; border-bottom: 1px solid var(--grid); }
.status { font-size: .78rem; font-weight: 700; letter-spacing: .03em; padding-top: .15rem; white-space: nowrap; }
.pass { color: var(--pass); } .attention { color: var(--attention); } .fail { color: var(--fail); } .status.note { color: var(--muted); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 10px; padding: 0; margin: 1rem 0; }
.tiles div { background: var(--panel); border-radius: 6px; padding: .55rem .6rem; }
.tiles dt { color: var(--muted); font-size: .82rem; line-height: 1.3; }
.tiles dd { margin: .15rem 0 0; font-size: 1.05rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
figure { margin: 1.6rem 0; }
figcaption { font-weight: 600; margin-bottom: .5rem; line-height: 1.35; }
figcaption .alt { display: block; font-weight: 400; }
figure svg { display: block; max-width: 100%; height: auto; }
figure .narrow { display: none; }
@media (max-width: 700px) { figure .wide { display: none; } figure .narrow { display: block; } ul.facts li { grid-template-columns: 1fr; gap: 0; } }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--link); padding: .15rem 0; }
.scroll { overflow-x: auto; border: 1px solid var(--grid); border-radius: 6px; margin: .5rem 0; }
table { border-collapse: collapse; font-size: .86rem; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: .4rem .6rem; }
th, td { text-align: left; vertical-align: top; padding: .28rem .6rem; border-bottom: 1px solid var(--grid); }
thead th { background: var(--panel); font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
.text table { table-layout: fixed; min-width: 640px; }
.text th, .text td { overflow-wrap: anywhere; }
.text tbody th { font-weight: 400; }
tr:has(+ tr.below) td { border-bottom: 0; }
tr.below td { color: var(--muted); padding-top: 0; }
tr.sum th, tr.sum td { border-top: 1px solid var(--line); font-weight: 600; }
@media screen and (max-width: 700px) {
  .text table { min-width: 0; } .text thead { display: none; }
  .text table, .text caption, .text tbody, .text tr, .text th, .text td { display: block; border: 0; }
  .text th, .text td, .text td.number { text-align: left; white-space: normal; padding: .1rem .6rem; }
  .text td::before { content: attr(data-label) ': '; color: var(--muted); }
  .text tr { padding-top: .45rem; border-top: 1px solid var(--grid); } .text tr.below { padding: 0; border: 0; }
}
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; list-style: none; padding: 0; margin: .8rem 0; font-size: .92rem; }
footer { margin-top: 3rem; padding-bottom: 2rem; color: var(--muted); font-size: .88rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
@media print {
  body { font-size: 10.5pt; } nav, figure details, a.csv { display: none; }
  main, header.top, footer { max-width: none; padding: 0; }
  figure, tr, ul.facts li, .tiles div { break-inside: avoid; } h2, h3, figcaption { break-after: avoid; }
  figure .wide { display: block; } figure .narrow { display: none; }
  .scroll { overflow: visible; border: 0; } table { font-size: 8pt; } th, td { padding: .15rem .3rem; overflow-wrap: anywhere; } td.number, th.number { white-space: normal; } .text table { min-width: 0; } a { color: inherit; text-decoration: none; }
}
`;
