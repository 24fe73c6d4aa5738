import { z } from 'zod';
import type { Code } from '../codes/codes.ts';
import type { AttemptEvent } from '../contracts/attempt.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import { locateError } from './locate-error.ts';
import { seenErrors } from './seen-errors.ts';

const stubSchema = z.object({ module: z.string(), export: z.string() });
type Stub = z.infer<typeof stubSchema>;

/** Codes of what did not happen, without an error. */
const silent: ReadonlySet<Code> = new Set(['no-effect', 'no-event', 'no-ack', 'message-lost']);

/** The library used something that the replica has only by name: a failure then says nothing about the library. */
export function explainStub({ events, library, surface, observed, code, actedMs }: FailedAttempt): Explanation | null {
  const errors = seenErrors(events);
  const calledStubs = stubs(events, 'replica:stub-called');
  const called = calledStubs.find(({ module, export: name }) =>
    errors.some(({ headline }) => headline.includes(`${module}.${name} is only a name`)),
  );
  // A library may swallow the error of a stub: what it then does not do says nothing about it either. An earlier call has had its own answer.
  const answering = events.filter(({ at }) => at >= actedMs);
  const swallowed = silent.has(code) ? stubs(answering, 'replica:stub-called').at(-1) : undefined;
  const read = stubs(events, 'replica:stub-read').find(({ module, export: name }) =>
    errors.some((error) => {
      const need = locateError(error, library.packageDir, surface?.face ?? null)?.need;
      return need?.places.some((place) => place.name === module && place.export === name && place.members.length > 0);
    }),
  );
  const stub = called ?? read ?? swallowed;
  if (!stub) return null;
  const evidence = errors.map(({ headline }) => headline);
  const message = `the replica has ${stub.module}.${stub.export} only by name, and the library ${stub === read ? 'read' : 'called'} it`;
  return {
    cause: {
      message,
      module: stub.module,
      export: stub.export,
      evidence: observed ? [observed, ...evidence] : evidence,
    },
    blame: 'harness',
    code: 'replica-stub-called',
  };
}

function stubs(events: readonly AttemptEvent[], type: string): Stub[] {
  return events.flatMap((event) => (event.type === type ? [stubSchema.parse(event.detail)] : []));
}
