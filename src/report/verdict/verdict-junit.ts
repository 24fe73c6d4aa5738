import type { FlowVerdict, HardFinding, Verdict } from '../../contracts/verdict.ts';
import { placeName } from '../../words/cell-names.ts';
import { escapeXml } from '../escape-xml.ts';
import { className, suiteOrigin } from '../junit.ts';
import { cellsWithFailures, failureWords, flowWord } from './verdict-words.ts';

/**
 * The verdict as JUnit: one test case per flow and per hard finding. What blocks is a failure; what is undecided is an error,
 * since a CI server that only counts failures must not let it through. A problem of no flow, such as a missing
 * shard, is a separate case.
 */
export function verdictJunit(its: Verdict): string {
  const { baseline, candidate, flows, hardFindings, verdict, because, notices, asOf } = its;
  const noticed = notices.map(({ isWarning, sentence }) => `${isWarning ? 'warning: ' : ''}${sentence}`).join('\n');
  const cases = [...hardFindings.map(hardCase), ...flows.map(flowCase)];
  if (verdict !== 'promote' && cases.every(({ problem }) => problem === null))
    cases.push({ name: 'attempts', problem: 'error', message: because[0], text: because.join('\n') });
  const count = (problem: CaseResult) => cases.filter((it) => it.problem === problem).length;
  const classname = className(`gate ${candidate} against ${baseline}`);
  const suite = escapeXml(`gate: ${candidate} against ${baseline}: ${verdict}`);
  const xml = cases.map(({ name, problem, message, text }) => {
    const body = problem
      ? `<${problem} message="${escapeXml(message)}">${escapeXml(text)}</${problem}>`
      : `<system-out>${escapeXml(text)}</system-out>`;
    return `    <testcase classname="${classname}" name="${escapeXml(name)}" time="0">${body}</testcase>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="wwebjs-canary">
  <testsuite name="${suite}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="0" time="0" ${suiteOrigin(asOf)}>
${xml.join('')}${noticed === '' ? '' : `    <system-out>${escapeXml(noticed)}</system-out>\n`}  </testsuite>
</testsuites>
`;
}

type CaseResult = 'failure' | 'error' | null;

interface VerdictCase {
  name: string;
  problem: CaseResult;
  message: string;
  text: string;
}

function flowCase(its: FlowVerdict): VerdictCase {
  const { flow, verdict, rule, because, missing } = its;
  const failed = cellsWithFailures(its).flatMap(({ place, failures }) =>
    failures.map((failure) => `${placeName(place)}: ${failureWords(failure)} [attempt ${failure.example}]`),
  );
  const problem: CaseResult = { promote: null, block: 'failure', inconclusive: 'error' }[verdict] as CaseResult;
  return {
    name: flow,
    problem,
    message: `${flowWord(its)} by ${rule}: ${because}`,
    text: [because, ...missing, ...failed].join('\n'),
  };
}

function hardCase({ rule, attempts, baselineAttempts, effect, examples, place, code }: HardFinding): VerdictCase {
  const problem: CaseResult = { blocks: 'failure', held: 'error', untried: 'error', compared: null }[
    effect
  ] as CaseResult;
  const message = `${attempts} × ${code ?? 'failed'} on ${placeName(place)}, baseline ${baselineAttempts}: ${effect}`;
  return {
    name: `hard rule ${rule} on ${placeName(place)}`,
    problem,
    message,
    text: `${message}\nattempts: ${examples.join(', ')}`,
  };
}
