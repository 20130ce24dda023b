import { CHART_STYLE } from './chart-style.ts';

/**
 * The style of an HTML report: letters of the system, light and dark as the reader has it, A4 on paper. Every pair of
 * text and background has at least the contrast of WCAG 2 level AA.
 */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#f6f8fa;--card:#fff;--ink:#1f2328;--soft:#57606a;--rule:#d8dee4;--good:#1a7f37;--bad:#b42318;--warn:#8a5a00;--mark:#fff4e5;--alarm:#ffebe9}
@media screen and (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--ink:#e6edf3;--soft:#a8b3bf;--rule:#30363d;--good:#56d364;--bad:#ff8b82;--warn:#e3b341;--mark:#2d2413;--alarm:#3a1d1d}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1240px;margin:0 auto;padding:20px 16px 8px}
header,section,.tiles>div{background:var(--card);border:1px solid var(--rule);border-radius:8px}
header,section{padding:14px 18px;margin:0 0 14px}
h1{font-size:1.3rem;line-height:1.35;margin:0 0 8px;text-wrap:pretty;overflow-wrap:anywhere}
h2{font-size:1.06rem;margin:0 0 8px}
h3{font-size:.95rem;margin:16px 0 6px}
p{margin:0 0 8px;overflow-wrap:anywhere}
header p{color:var(--soft);font-size:.88rem;margin:0 0 4px}
ul{margin:0 0 8px;padding-left:20px}
li{margin:2px 0;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:10px;margin:0 0 14px}
.tiles>div{padding:10px 14px}
dt{color:var(--soft);font-size:.8rem}
dd{margin:0;font-size:1.18rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
dd small{display:block;color:var(--soft);font-size:.8rem;font-weight:400}
.scroll{overflow-x:auto;margin:0 0 10px}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--warn);outline-offset:2px}
table{border-collapse:collapse;font-size:.84rem;font-variant-numeric:tabular-nums;min-width:50%}
th,td{padding:4px 8px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
th{color:var(--soft);font-weight:600;white-space:nowrap;vertical-align:bottom}
td{white-space:nowrap}
td:last-child{white-space:normal;min-width:7em}
td.number:last-child{white-space:nowrap;min-width:0}
.number{text-align:right;padding-left:6px}
.number+:not(.number){padding-left:8px}
tr.total td{border-top:2px solid var(--soft)}
.good{color:var(--good)}.bad{color:var(--bad)}
#attention ul{list-style:none;padding:0}
#attention li{border-left:4px solid var(--warn);background:var(--mark);padding:6px 10px;margin:0 0 6px;border-radius:0 6px 6px 0}
#attention li.critical{border-color:var(--bad);background:var(--alarm)}
#notes{color:var(--soft);font-size:.86rem}
.bar{width:110px;height:9px;vertical-align:middle}
.bar rect{fill:var(--rule)}
.bar.well .used{fill:var(--good)}.bar.near .used{fill:var(--warn)}.bar.over .used{fill:var(--bad)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:14px;margin-top:12px}
.charts:has(>:nth-child(4):last-child){grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr))}
figure{margin:0;min-width:0}
figcaption{font-weight:600;font-size:.88rem;margin-bottom:4px}
figure svg{display:block;width:100%;max-width:520px;height:auto}
summary{cursor:pointer;color:var(--soft);font-size:.82rem}
details .scroll{max-height:260px;overflow:auto}
footer{max-width:1240px;margin:0 auto;padding:0 18px 24px;color:var(--soft);font-size:.82rem}
@media (max-width:760px){.tiles{grid-template-columns:1fr 1fr}}
@media (max-width:560px){body{font-size:16px}main{padding:10px 8px}header,section{padding:12px}.tiles{gap:8px}h1{font-size:1.15rem}}
@page{size:A4;margin:12mm}
@media print{html{font-size:11px}body{background:#fff;font-size:9pt}main{max-width:none;padding:0}header,section,.tiles>div{border:0;border-radius:0;padding:0}section{padding-top:8px;border-top:1px solid var(--rule)}.tiles{grid-template-columns:repeat(4,1fr)}.scroll{overflow:visible}table{font-size:6.4pt;width:100%;min-width:0}th,td{white-space:normal;overflow-wrap:anywhere;padding:2px 3px 2px 0}td:last-child{min-width:0}.number{overflow-wrap:normal;padding-left:2px}td.number{white-space:nowrap}thead{display:table-header-group}tr,figure,.tiles>div{break-inside:avoid}h2,h3{break-after:avoid}.bar{width:48px}.charts{grid-template-columns:1fr 1fr}details{display:none}footer{padding:0}}
${CHART_STYLE}
`;
