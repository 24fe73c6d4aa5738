import { doubtOf } from '../contracts/doubt-of.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { CellReport, RunInfo, RunObserver } from '../contracts/run.ts';
import { originWords } from '../words/build-origin.ts';
import { causePlace, placeName } from '../words/cell-names.ts';
import { summarizeReport } from '../words/cell-summary.ts';
import { openWords, predictionWords } from '../words/prediction.ts';
import { repeatOf } from '../words/repeat.ts';
import { switchSentence } from '../words/switch-words.ts';
import { escapeXml } from './escape-xml.ts';
import { className, suiteOrigin } from './junit.ts';
import type { ReportSource } from './report-source.ts';
import { writeReportFile } from './write-report-file.ts';

/**
 * `junit=FILE`: one suite per library, one test case per cell. A surprise is a failure, trouble of the harness or the machine an
 * error. A cell that fails as expected is skipped with the reason of the expectation, and so is one that was not run.
 */
export class JunitReporter implements RunObserver {
  readonly #file: string;
  readonly #source: ReportSource;

  constructor(file: string, source: ReportSource) {
    this.#file = file;
    this.#source = source;
  }

  async runEnded(run: RunInfo): Promise<void> {
    await writeReportFile(this.#file, this.#pieces(run));
  }

  async *#pieces(run: RunInfo): AsyncGenerator<string> {
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="wwebjs-canary">\n';
    const suites = new Map<string, TestCase[]>();
    for await (const report of this.#source.cells(run)) {
      const cases = suites.get(report.library) ?? [];
      suites.set(report.library, cases);
      cases.push(testCase(report));
    }
    for (const [library, cases] of suites) yield renderSuite(`whatsapp-web.js ${library}`, cases, run);
    if (run.missing) yield renderSuite('missing', run.missing.map(missingCase), run);
    yield '</testsuites>\n';
  }
}

interface TestCase {
  result: 'passed' | 'failure' | 'error' | 'skipped';
  seconds: number;
  xml: string;
}

function testCase(report: CellReport): TestCase {
  const { result, message, text } = judge(report);
  const seconds = report.attempts.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const attributes = `classname="${className(`${report.library} ${report.flow}`)}" name="${escapeXml(placeName(report))}" time="${seconds.toFixed(3)}"`;
  const properties = propertiesOf(report);
  const body = result === 'passed' ? '' : `<${result} message="${escapeXml(message)}">${escapeXml(text)}</${result}>`;
  return { result, seconds, xml: `    <testcase ${attributes}>${properties}${body}</testcase>\n` };
}

/** What the cell is known by, and what its source predicts; none of what is not known. */
function propertiesOf(report: CellReport): string {
  const { confidence, prediction, agreement, origin, liveBuilds } = summarizeReport(report);
  const values = {
    confidence: confidence.build,
    'build known by': origin && originWords(origin),
    'builds of the live site': liveBuilds.join(' '),
    'confidence of the cause': confidence.cause,
    prediction: prediction && predictionWords(prediction),
    agreement,
    'rests on': prediction && doubtOf(prediction).open.map(openWords).join('; '),
    'behind switches': (prediction?.switches ?? []).map(switchSentence).join(' '),
  };
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '');
  const all = given.map(([name, value]) => `<property name="${name}" value="${escapeXml(value as string)}"/>`);
  return all.length > 0 ? `<properties>${all.join('')}</properties>` : '';
}

function judge(report: CellReport): { result: TestCase['result']; message: string; text: string } {
  const { attempts, expectation } = report;
  const surprise = attempts.find((attempt) => isSurprise(expectation, attempt));
  const spoiled = attempts.find((attempt) => attempt.outcome === 'infra');
  const decisive = surprise ?? spoiled ?? attempts[0];
  if (!decisive) return { result: 'skipped', message: 'not run', text: '' };
  const { command, needs } = repeatOf(report, decisive);
  const place = decisive.cause ? causePlace(decisive.cause) : null;
  const lines = [
    decisive.outcome === 'passed' ? 'passed' : `${decisive.code} in phase ${decisive.phase}, blame ${decisive.blame}`,
    decisive.cause?.message,
    place?.missing && `missing: ${place.missing}`,
    place?.libraryLine && `library: ${place.libraryLine}`,
    ...(decisive.cause?.evidence ?? []),
    decisive.artifacts && `artifacts: ${decisive.artifacts}`,
    `repeat with: ${command}`,
    needs.length > 0 && `on another machine it needs ${needs.join('; ')}`,
  ].filter((line) => typeof line === 'string' && line !== '');
  if (surprise) {
    const wanted = [expectation?.outcome ?? 'passed', expectation?.phase, expectation?.code].filter(Boolean).join(' ');
    return { result: 'failure', message: `expected ${wanted}, seen ${lines[0]}`, text: lines.join('\n') };
  }
  if (spoiled) return { result: 'error', message: lines[0] as string, text: lines.join('\n') };
  if (decisive.outcome === 'passed') return { result: 'passed', message: '', text: '' };
  const why = [expectation?.reason, expectation?.link].filter(Boolean).join(' ');
  return { result: 'skipped', message: `fails as expected${why && `: ${why}`}`, text: lines.join('\n') };
}

/** What a partial report lacks is an error: without it the suite would look complete. */
function missingCase(what: string): TestCase {
  const text = escapeXml(what);
  const xml = `    <testcase classname="missing" name="${text}" time="0.000"><error message="${text}"></error></testcase>\n`;
  return { result: 'error', seconds: 0, xml };
}

function renderSuite(name: string, cases: readonly TestCase[], { startedAt }: RunInfo): string {
  const count = (result: TestCase['result']) => cases.filter((it) => it.result === result).length;
  const seconds = cases.reduce((sum, it) => sum + it.seconds, 0).toFixed(3);
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const xml = cases.map((it) => it.xml).join('');
  return `  <testsuite name="${escapeXml(name)}" ${counts} time="${seconds}" ${suiteOrigin(startedAt)}>\n${xml}  </testsuite>\n`;
}
