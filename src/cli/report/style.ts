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
.lead { font-size: 1.1rem; max-width: 46rem; }
.note { color: var(--soft); max-width: 46rem; }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 1rem; }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { text-align: left; white-space: normal; color: var(--soft); font-size: .9rem; font-weight: normal; }
td:nth-child(2) { font-weight: 600; }
small { color: var(--soft); font-weight: normal; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.5rem; }
.small.figures { grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .75rem; }
figure { margin: 0; }
figcaption { font-weight: 600; margin: .5rem 0; }
figure svg { max-width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 1rem; margin: .5rem 0; }
@media (max-width: 44rem) {
  table { font-size: .9rem; }
  tr { display: flex; flex-wrap: wrap; justify-content: flex-end; border-bottom: 1px solid var(--line); padding: .3rem 0; }
  th, td { border: 0; padding: .15rem .35rem; }
  th:first-child { flex: 1; }
  th:last-child, td:last-child { flex: 0 0 100%; padding: 0; }
}
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .35em; }
`;
