import { explainCall } from '../../cause/explain-call.ts';
import type { SingleAnswer } from '../../contracts/host.ts';
import type { CallBody, Called, CallOutcome, MethodRules } from '../../contracts/service-calls.ts';
import { within } from '../../contracts/within.ts';
import { readTypeDefinitions } from '../../surface/extract/type-definitions.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import type { SessionId, SessionIds } from '../session-ids.ts';
import type { HostedSession } from '../sessions/hosted-session.ts';
import { AnsweredFiles, type KeptFile } from './answered-files.ts';
import { checkCall, type Definitions, type Download } from './check-call.ts';

interface LibraryCallsOptions {
  /** The session with this id, if it runs in this instance. */
  running(session: SessionId): HostedSession | undefined;
  download: Download;
  /** Called with each call of a method that the version has. */
  onEnd(ended: EndedCall): void;
}

export interface EndedCall {
  library: string;
  /** What its page said last. */
  build: string | null;
  /** As `Message.reply`. */
  method: string;
  outcome: CallOutcome;
  /** The problem; empty for an answer. */
  code: ProblemCode | '';
  tookMs: number;
}

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
    const ended = (code: EndedCall['code']) =>
      this.#options.onEnd({
        ...{ library: session.spec.library, build: session.build, method: checked.name },
        ...{ outcome: outcomeOf(code), code, tookMs: performance.now() - begun },
      });
    const answer = await within(left, () => library.call(checked.call)).catch((error) => {
      ended('call-unknown');
      throw new Problem('call-unknown', undefined, { cause: error });
    });
    if (answer.end !== 'answered') {
      const problem = await problemOf(answer, checked.call.method, session);
      ended(problem.code);
      throw problem;
    }
    ended('');
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

async function problemOf(
  answer: Exclude<SingleAnswer, { end: 'answered' }>,
  method: string,
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
      return new Problem('call-failed', answer.error.message, { cause: new Error(answer.error.stack), explained });
    }
  }
}

function outcomeOf(code: EndedCall['code']): CallOutcome {
  if (code === '') return 'answered';
  if (code === 'call-failed') return 'failed';
  return code === 'call-unknown' ? 'unknown' : 'rejected';
}
