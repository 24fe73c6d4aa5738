import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CellFinding, type Failure, type FlowVerdict, inRates, type Verdict } from '../../contracts/verdict.ts';
import { buildsTitle, reportedBuildLine } from '../../words/build-origin.ts';
import { placeName } from '../../words/cell-names.ts';
import { escapeXml } from '../escape-xml.ts';
import {
  cellRemark,
  cellsByLoss,
  datesWords,
  exitWords,
  failureWords,
  flowSymbol,
  flowWord,
  lossWords,
  narrowingWords,
  successes,
  verdictSymbols,
} from './verdict-words.ts';

/** The verdict as a separate page that opens from disk without a network and without scripts. */
export function verdictPage(verdict: Verdict): string {
  const { baseline, candidate, because, flows, notices, hardFindings, policy, builds = [] } = verdict;
  const title = `${verdict.verdict}: whatsapp-web.js ${candidate} against ${baseline}`;
  const footer = `Policy ${policy.name} ${policy.sha256.slice(0, 12)}, as of ${verdict.asOf}${narrowingWords(verdict)}.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title>
<style>
${styles()}</style>
</head>
<body>
<main>
<h1 class="${verdict.verdict}">${verdictSymbols[verdict.verdict]} ${escapeXml(title)}</h1>
${because.map((sentence) => `<p>${escapeXml(sentence)}</p>`).join('\n')}
${section('Not to be overlooked', notices, ({ isWarning, sentence }) => `<li${isWarning ? ' class="warning"' : ''}>${isWarning ? '⚠ ' : ''}${escapeXml(sentence)}</li>`)}
${section('Hard rules', hardFindings, ({ rule, attempts, code, place, baselineAttempts, effect }) => `<li><strong>${escapeXml(rule)}</strong>: ${attempts} × ${escapeXml(code ?? 'failed')} on ${escapeXml(placeName(place))}, baseline ${baselineAttempts} × (${effect})</li>`)}
${flows.map(flowSection).join('\n')}
${section(buildsTitle, builds, (build) => `<li>${escapeXml(reportedBuildLine(build))}</li>`)}
<p class="faint">${escapeXml(datesWords(verdict))}</p>
<p class="faint">${escapeXml(footer)}</p>
<p>${escapeXml(exitWords(verdict))}</p>
</main>
</body>
</html>
`;
}

function section<Item>(title: string, items: readonly Item[], line: (item: Item) => string): string {
  return items.length === 0 ? '' : `<h2>${title}</h2>\n<ul>\n${items.map(line).join('\n')}\n</ul>`;
}

function flowSection(flow: FlowVerdict): string {
  return `<h2>${flowSymbol(flow)} ${escapeXml(flow.flow)}: ${flowWord(flow)}</h2>
<p>${escapeXml(flow.because)}</p>
<div class="scroll"><table>
<thead><tr><th>cell</th><th>baseline</th><th>candidate</th><th>loss in points</th><th></th><th>what failed</th></tr></thead>
<tbody>
<tr><th>all</th><td>${successes(inRates(flow).baseline)}</td><td>${successes(inRates(flow).candidate)}</td><td>${lossWords(flow)}</td><td></td><td></td></tr>
${cellsByLoss(flow.cells).map(cellRow).join('\n')}
</tbody>
</table></div>`;
}

function cellRow(cell: CellFinding): string {
  const failures = cell.failures.map((failure) => `<li>${failureItem(failure)}</li>`).join('');
  const counts = [successes(cell.baseline), successes(cell.candidate), lossWords(cell), cellRemark(cell)];
  return `<tr><th>${escapeXml(placeName(cell.place))}</th>${counts.map((text) => `<td>${escapeXml(text)}</td>`).join('')}<td>${failures && `<ul>${failures}</ul>`}</td></tr>`;
}

function failureItem(failure: Failure): string {
  const words = escapeXml(failureWords(failure));
  return failure.link === undefined ? words : `<a href="${escapeXml(failure.link)}">${words}</a>`;
}

function styles(): string {
  const colors = readFileSync(join(import.meta.dirname, '../../web/colors.css'), 'utf8');
  return `${colors}
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px / 1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: clamp(1.2rem, 2.6vw, 1.65rem); line-height: 1.3; }
h1.block, .warning { color: var(--failed); }
h1.promote, a { color: var(--accent); }
h2 { margin: 2.25rem 0 0.75rem; font-size: 1.05rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; background: var(--card); }
th, td { padding: 0.4rem 0.75rem; border: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
td ul { margin: 0; padding-left: 1.1rem; overflow-wrap: anywhere; }
.faint { color: var(--faint); }
`;
}
