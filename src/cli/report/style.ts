/** The report's style sheet: the system's own fonts, colours for light and for dark. */
export const style = `
:root { color-scheme: light dark; --ground: #fcfcfa; --text: #1d2126; --soft: #5c6570; --line: #d9dce0; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15181c; --text: #e4e7ea; --soft: #9aa4af; --line: #343a41; }
}
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 60rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
p { max-width: 46rem; }
.lead { font-size: 1.1rem; }
.note { color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 1rem; }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; min-width: 11.5rem; white-space: normal; }
th:last-child, td:last-child { text-align: left; white-space: normal; color: var(--soft); font-size: .9rem; font-weight: normal; }
td:nth-child(2) { font-weight: 600; }
.classes th:nth-child(n+2), .classes td:last-child { text-align: right; color: inherit; font-size: inherit; }
.classes th { font-weight: 600; }
.classes td { font-weight: normal; }
th small { display: block; }
.remarks { padding: 0; list-style: none; max-width: 46rem; }
.remarks li { border-left: 4px solid #f28e2c; padding: .1rem 0 .1rem .9rem; margin: .6rem 0; }
dt { font-weight: 600; margin-top: 1rem; max-width: 46rem; }
dd { margin: 0; max-width: 46rem; }
h1, code, .classes th { overflow-wrap: anywhere; }
code { font-size: .9em; }
figure .note { font-size: .9rem; }
sup { line-height: 0; }
small { color: var(--soft); font-weight: normal; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.5rem; }
.small.figures { grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: .75rem; }
figure { margin: 0; }
figcaption { font-weight: 600; margin: .5rem 0; }
figure svg { max-width: 100%; height: auto; }
.disc { width: 100%; max-width: 400px; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; max-width: none; }
@media (max-width: 44rem) {
  table { font-size: .9rem; }
  tr { display: grid; grid-template-columns: repeat(3, 1fr); border-bottom: 1px solid var(--line); padding: .4rem 0; }
  th, td { border: 0; padding: .1rem 0; }
  th:first-child, th:last-child, td:last-child { grid-column: 1 / -1; }
  td small { display: block; }
  .classes tr { display: table-row; }
  .classes :is(th, td) { padding: .3rem .5rem .3rem 0; white-space: normal; min-width: 0; }
}
.legend b { display: inline-block; width: 1.5em; border-top: 2px dashed; vertical-align: .25em; margin-right: .35em; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .35em; }
`;
