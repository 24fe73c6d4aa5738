import type { Verdict, VerdictWord } from '../../contracts/verdict.ts';
import { type Annotation, annotationCommands } from '../annotations.ts';

const levels: Record<VerdictWord, Annotation['level']> = { promote: 'notice', block: 'error', inconclusive: 'warning' };

/** The verdict and each of its warnings as an annotation of GitHub. */
export function verdictGithub({ verdict, baseline, candidate, because, notices }: Verdict): string {
  const warnings = notices.filter(({ isWarning }) => isWarning);
  const words: Annotation = {
    level: levels[verdict],
    title: `${verdict}: whatsapp-web.js ${candidate} against ${baseline}`,
    message: because.join(' '),
  };
  return annotationCommands([
    words,
    ...warnings.map(
      ({ sentence }): Annotation => ({ level: 'warning', title: 'not to be overlooked', message: sentence }),
    ),
  ]);
}
