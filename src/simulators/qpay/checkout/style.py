"""The stylesheet of the checkout page; the content security policy allows it by hash."""

import base64
import hashlib
from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --paper: #f3f5f9; --card: #fff; --ink: #16202e; --soft: #55617a; --line: #d8deea;
  --brand: #0b4fb3; --brand-ink: #fff; --ok: #0d6b3d; --ok-paper: #dff5e8; --bad: #a1221a; --bad-paper: #fde8e6;
  --wait: #7a4b00; --wait-paper: #fdf1d8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10151d; --card: #19212d; --ink: #eaf0f9; --soft: #a9b5c9; --line: #344154;
    --brand: #8ab8ff; --brand-ink: #0a1a33; --ok: #8fe3b3; --ok-paper: #12321f; --bad: #ffb3ab; --bad-paper: #43191a;
    --wait: #ffd591; --wait-paper: #3b2b0c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; display: grid; gap: 1rem;
  grid-template-columns: minmax(0, 1fr); }
.note { margin: 0; color: var(--soft); font-size: .9rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.25rem 1.5rem; }
.invoice { display: grid; gap: 1.5rem; grid-template-columns: 1fr auto; align-items: center; }
.invoice img { display: block; width: 15rem; height: 15rem; border-radius: .6rem; background: #fff; }
h1 { margin: 0; font-size: 1rem; font-weight: 600; color: var(--soft); overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.05rem; }
.amount { margin: .1rem 0 .6rem; font-size: clamp(1.7rem, 6vw, 2.4rem); font-weight: 700; line-height: 1.15;
  font-variant-numeric: tabular-nums; }
.status { display: inline-block; padding: .15rem .75rem; border-radius: 1rem; font-weight: 700; font-size: .9rem;
  letter-spacing: .04em; background: var(--wait-paper); color: var(--wait); }
.status[data-status=CLOSED] { background: var(--ok-paper); color: var(--ok); }
.status[data-status=CANCELED], .refused { background: var(--bad-paper); color: var(--bad); }
.refused { margin: 0; padding: .75rem 1rem; border-radius: .6rem; font-weight: 600; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin: 1rem 0 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; }
legend { padding: 0; margin-bottom: .25rem; color: var(--soft); }
input[type=number] { width: 6rem; padding: .4rem .6rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--soft); border-radius: .4rem; }
input[type=radio] { accent-color: var(--brand); }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1rem; border-radius: .6rem;
  border: 1px solid var(--brand); background: transparent; color: var(--brand); cursor: pointer; }
button.pay { width: 100%; background: var(--brand); color: var(--brand-ink); font-size: 1.1rem; }
button:hover { filter: brightness(1.1); text-decoration: underline; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.others { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.others li { display: grid; gap: .3rem; align-content: start; }
.others p { margin: 0; font-size: .875rem; color: var(--soft); }
.delay { display: flex; align-items: center; gap: .5rem; font-size: .875rem; color: var(--soft); }
h3 { margin: 1.5rem 0 .75rem; font-size: 1rem; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); }
td.money, th.money { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; font-weight: 600; }
code { overflow-wrap: anywhere; font-size: .85rem; }
.banks { columns: 12rem; padding-left: 1.2rem; }
a { color: var(--brand); }
@media (max-width: 40rem) { .invoice { grid-template-columns: 1fr; } .invoice img { margin: 0 auto; } }
"""

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
