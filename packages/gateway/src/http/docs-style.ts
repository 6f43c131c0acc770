export const DOCS_STYLE = `:root { color-scheme: light dark; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#ffffff, #14171c); color: light-dark(#1a1e24, #e6e9ee); }
a, summary { color: light-dark(#1d55b8, #8ab4ff); }
:focus-visible { outline: 3px solid light-dark(#1d55b8, #8ab4ff); outline-offset: 2px; }
article { border-top: 1px solid light-dark(#c8ced6, #3a424e); padding: 0.5rem 0; }
h2 { margin: 0.75rem 0 0.25rem; font: 600 1rem/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border-radius: 6px; font: 0.85rem/1.45 ui-monospace, monospace;
  background: light-dark(#f4f6f8, #1e232b); }
summary { cursor: pointer; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; }
.soft { color: light-dark(#525c69, #a4aebb); }
h1, h2, th, td, p, li { overflow-wrap: anywhere; }
`;
