// Style sheet and script of the HTML report. Without the script everything is there but sorting and the
// choice of curves; the tabs are radio buttons.
#include "page.hpp"

namespace explore {

const std::string_view page_style = R"css(
:root{--ink:#1f2328;--soft:#59636e;--hair:#d1d9e0;--paper:#fff;--panel:#f6f8fa;--accent:#0969da;--bar:#ddeafb;--best:#0969da;
--number:#0969da;--sub:#d9730d;--even:#1a7f37;--list:#bf3989;--block:#8250df;--band:#e9e0fb;
--p0:#0969da;--p1:#d9730d;--p2:#1a7f37;--p3:#cf222e;--p4:#8250df;--p5:#0e7c86;--p6:#bf3989;--p7:#7d5c00;--p8:#57606a}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b3;--hair:#30363d;--paper:#0d1117;--panel:#151b23;
--accent:#58a6ff;--bar:#16304f;--best:#58a6ff;
--number:#58a6ff;--sub:#f0a742;--even:#4ac26b;--list:#f778ba;--block:#bc8cff;--band:#2d2347;
--p0:#58a6ff;--p1:#f0a742;--p2:#4ac26b;--p3:#f85149;--p4:#bc8cff;--p5:#39c5cf;--p6:#ff9be8;--p7:#d4b106;--p8:#9da7b3}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1164px;margin:0 auto;padding:40px 32px 64px}
h1{font-size:32px;line-height:1.2;letter-spacing:-.02em;margin:0 0 8px}
h2{font-size:21px;letter-spacing:-.01em;margin:56px 0 4px}
p{max-width:76ch;margin:0 0 16px;color:var(--soft)}p b{color:var(--ink)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;background:var(--panel);
padding:.1em .35em;border-radius:4px;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
svg{display:block;width:100%;min-width:820px;height:auto}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;width:100%}
caption{text-align:left;font-weight:600;padding:0 0 6px}
.glance{width:auto;margin-top:24px}
.glance th,.glance td{text-align:left;padding:6px 28px 6px 0;border-top:1px solid var(--hair);white-space:nowrap;font-weight:400}
.glance thead th{color:var(--soft);border:0;font-size:12.5px}.glance td b{font-weight:600}.glance span{color:var(--soft)}
.tabs>input{position:absolute;opacity:0;pointer-events:none}
.tabs>label{display:inline-block;padding:7px 14px;margin:4px 6px 12px 0;border:1px solid var(--hair);border-radius:999px;
font-size:14px;cursor:pointer;color:var(--soft)}
.tabs>input:checked+label{background:var(--accent);border-color:var(--accent);color:var(--paper);font-weight:600}
.tabs>input:focus-visible+label,button:focus-visible,.chips input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.panel{margin-bottom:32px}.about{margin:4px 0 18px}
.results{margin-top:20px}
.results th,.results td{padding:5px 10px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--hair)}
.results th:first-child,.results th:nth-child(2),.results td:nth-child(2){text-align:left}
.results tbody th{font:500 13px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.results thead th{padding:0;border-bottom:2px solid var(--hair)}
.results button{font:600 12.5px system-ui,sans-serif;color:var(--soft);background:none;border:0;padding:6px 10px;cursor:pointer;
width:100%;text-align:inherit}
.results [aria-sort] button{color:var(--ink)}
.results [aria-sort=ascending] button::after{content:" ↑"}.results [aria-sort=descending] button::after{content:" ↓"}
.results tbody tr:hover{background:var(--panel)}
.results .best th{color:var(--best);font-weight:700}.results .best th::before{content:"● ";font-size:9px;vertical-align:2px}
.results tbody th{padding-left:22px}.results .best th{padding-left:8px}
.bar{background:linear-gradient(to right,var(--bar) var(--share),transparent 0);min-width:110px}
.chips{display:flex;flex-wrap:wrap;gap:6px 8px;margin:0 0 14px}
.chips label{display:inline-flex;align-items:center;gap:7px;border:1px solid var(--hair);border-radius:999px;padding:3px 11px 3px 8px;
font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;cursor:pointer}
.chips label:has(input:not(:checked)){color:var(--soft);opacity:.75}
.chips input{margin:0;width:13px;height:13px;accent-color:var(--soft)}
.chips i{width:18px;height:0;border-top:3px solid}.chips i.dashed{border-top-style:dashed}
.c0{border-color:var(--p0)!important}.c1{border-color:var(--p1)!important}.c2{border-color:var(--p2)!important}
.c3{border-color:var(--p3)!important}.c4{border-color:var(--p4)!important}.c5{border-color:var(--p5)!important}
.c6{border-color:var(--p6)!important}.c7{border-color:var(--p7)!important}.c8{border-color:var(--p8)!important}
.key{display:inline-block;width:12px;height:12px;margin:0 1px 0 4px;vertical-align:-1px;border-radius:2px;background:var(--number)}
.key.sub{background:var(--sub)}.key.even,.key.square{background:var(--even)}.key.band{background:var(--band)}
.key.float{border-radius:50%}.key.list{background:var(--list)}
.key.triangle{background:var(--list);border-radius:0;clip-path:polygon(50% 0,100% 100%,0 100%)}
.key.diamond{background:var(--block);transform:rotate(45deg) scale(.85);border-radius:0}
.row:hover .name,.point:hover{font-weight:700}.series:hover .curve{stroke-width:3.4}
.shown{display:inline!important}.gone{display:none!important}
footer{margin-top:56px;border-top:1px solid var(--hair);padding-top:16px;font-size:13.5px}
@media(max-width:640px){main{padding:24px 16px 48px}h1{font-size:25px}}
@media print{.tabs>label{display:none}.panel{break-inside:avoid}}
)css";

const std::string_view page_script = R"js(
for (const table of document.querySelectorAll('.results')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener('click', () => {
    const key = row => row.cells[column].dataset.key;
    const numeric = column > 1;
    const up = head.getAttribute('aria-sort') ? head.getAttribute('aria-sort') !== 'ascending' : column < 3;
    heads.forEach(h => h.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => (numeric ? key(a) - key(b) : key(a).localeCompare(key(b))) * (up ? 1 : -1));
    table.tBodies[0].append(...rows);
  }));
}
for (const box of document.querySelectorAll('.chips input')) {
  const curve = document.querySelector('.curve-' + box.dataset.curve);
  const update = () => {
    curve.classList.toggle('shown', box.checked);
    curve.classList.toggle('gone', !box.checked);
  };
  box.addEventListener('change', update);
  update();
}
)js";

}  // namespace explore
