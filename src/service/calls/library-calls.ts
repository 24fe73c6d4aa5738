import { explainCall } from '../../cause/explain-call.ts';
import type { SingleAnswer } from '../../contracts/host.ts';
import type { CallBody, CallCause, Called, CallOutcome, MethodRules } from '../../contracts/service-calls.ts';
import { Late, within } from '../../contracts/within.ts';
import { readTypeDefinitions } from '../../surface/extract/type-definitions.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import type { SessionId, SessionIds } from '../session-ids.ts';
import type { HostedSession } from '../sessions/hosted-session.ts';
import { AnsweredFiles, type KeptFile } from './answered-files.ts';
import { type CheckedCall, checkCall, type Definitions, type Download } from './check-call.ts';

interface LibraryCallsOptions {
  /** The session with this id, if it runs in this instance. */
  running(session: SessionId): HostedSession | undefined;
  download: Download;
  /** Called with each call of a method that the version has. */
  onEnd(ended: EndedCall): void;
}

export interface EndedCall {
  session: SessionId;
  library: string;
  /** What its page said last. */
  build: string | null;
  /** As `Message.reply`. */
  method: string;
  outcome: CallOutcome;
  /** The problem; empty for an answer. */
  code: ProblemCode | '';
  /** What it says about the version; null where its caller, the machine or the end of the session caused the outcome. */
  says: 'passed' | 'failed' | null;
  tookMs: number;
}

/** A call that is given less time, in milliseconds, says nothing about the version when it does not answer. */
const patientMs = 20_000;

/** How long the explanation of a failed call may take, in milliseconds: the first one of a version reads its source. */
const explainMs = 5_000;

/** Lets programs call public methods of the library. */
export class LibraryCalls {
  readonly #options: LibraryCallsOptions;
  readonly #files = new AnsweredFiles();
  /** By the folder of the package. */
  readonly #definitions = new Map<string, Definitions>();

  constructor(options: LibraryCallsOptions) {
    this.#options = options;
  }

  /**
   * Calls a method of the client of a session that runs here, or of an object that this client finds.
   *
   * @param urlOf where a file of the answer can be fetched.
   * @param rules which methods the caller may use; null for all.
   * @throws Problem `session-not-connected`, `method-forbidden`, `method-refused`, `method-unknown`, `arguments-wrong`, `media-unavailable`, `object-unknown`,
   *   `call-failed`, `call-unknown`
   */
  async call(
    ids: SessionIds,
    body: CallBody,
    { urlOf, rules }: { urlOf(file: string): string; rules: MethodRules | null },
  ): Promise<Called> {
    const session = this.#options.running(ids.session);
    if (!session) throw new Problem('session-not-connected');
    const { library } = session;
    const begun = performance.now();
    const checked = await checkCall(body, {
      definitions: this.#definitionsOf(library.packageDir),
      download: this.#options.download,
      rules,
    });
    const left = Math.max(1, body.deadlineMs - (performance.now() - begun));
    const ended = (code: EndedCall['code'], says: EndedCall['says']) =>
      this.#options.onEnd({
        ...{ session: ids.session, library: session.spec.library, build: session.build, method: checked.name },
        ...{ outcome: outcomeOf(code), code, says: runsItsVersion(session) ? says : null },
        tookMs: performance.now() - begun,
      });
    const answer = await within(left, () => library.call(checked.call)).catch((error) => {
      ended('call-unknown', error instanceof Late && left >= patientMs ? 'failed' : null);
      throw new Problem('call-unknown', undefined, { cause: error });
    });
    if (answer.end !== 'answered') {
      const problem = await problemOf(answer, checked, session);
      const isOfVersion = answer.end === 'threw' && checked.noIds.length === 0 && !isSpoiled(problem.explained);
      ended(problem.code, isOfVersion ? 'failed' : null);
      throw problem;
    }
    ended('', 'passed');
    const media = answer.media.map(({ data, ...file }) => {
      const bytes = Buffer.from(data, 'base64');
      const id = this.#files.keep(ids.account, { ...file, bytes });
      return { ...file, id, bytes: bytes.length, url: urlOf(id) };
    });
    return { value: answer.value, of: answer.of, media };
  }

  /** A file of an answer to this account; there is none a second time. @throws Problem `media-unknown` */
  takeFile(ids: SessionIds, file: string): KeptFile {
    const kept = this.#files.take(ids.account, file);
    if (!kept) throw new Problem('media-unknown');
    return kept;
  }

  #definitionsOf(packageDir: string): Definitions {
    const known = this.#definitions.get(packageDir) ?? readTypeDefinitions(packageDir);
    this.#definitions.set(packageDir, known);
    return known;
  }
}

/** A session that ends, or has another version in memory, says nothing about the version. */
function runsItsVersion({ ready, loaded, spec }: HostedSession): boolean {
  return ready && (loaded?.loaded ?? spec.library) === spec.library;
}

/** What is proven to be the fault of something else says nothing about the version. */
function isSpoiled(explained: CallCause | null): boolean {
  return explained?.blame != null && explained.blame !== 'library' && explained.blame !== 'web-build';
}

async function problemOf(
  answer: Exclude<SingleAnswer, { end: 'answered' }>,
  { call: { method }, noIds }: CheckedCall,
  { library: { packageDir }, spec, build }: HostedSession,
): Promise<Problem> {
  switch (answer.end) {
    case 'no-object':
      return new Problem('object-unknown', `The library knows no ${answer.object.kind} with this id.`);
    case 'no-method':
      return new Problem('method-unknown', `A ${answer.of} of this version has no ${method}().`);
    case 'threw': {
      const library = { packageDir, version: spec.library };
      const explained = await within(explainMs, () =>
        explainCall({ library, build, method, error: answer.error }),
      ).catch(() => null);
      return new Problem('call-failed', answer.error.message, {
        cause: new Error(answer.error.stack),
        explained: explained && noIds.length > 0 ? withoutBlame(explained, noIds) : explained,
      });
    }
  }
}

/** The library may throw because of an id that is none, so nothing is proven against it. */
function withoutBlame({ evidence, ...cause }: CallCause, noIds: readonly string[]): CallCause {
  const places = noIds.map((place) => `${place} of the call has no id such as 15550100999@c.us.`);
  return { ...cause, blame: null, evidence: [...places, ...evidence] };
}

function outcomeOf(code: EndedCall['code']): CallOutcome {
  if (code === '') return 'answered';
  if (code === 'call-failed') return 'failed';
  return code === 'call-unknown' ? 'unknown' : 'rejected';
}
