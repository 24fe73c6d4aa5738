import type { ReplicaFinding } from './start-test-replica.ts';

/** The program called a part of the page that the replica has only by name: the test says nothing about the program. */
export class ReplicaFindingsError extends Error {
  override name = 'ReplicaFindingsError';
  readonly findings: readonly ReplicaFinding[];

  /** @param cause the error of the test, which may follow from the findings. */
  constructor(findings: readonly ReplicaFinding[], cause?: unknown) {
    const list = findings.map(({ message, where }) => [message, ...where.map((frame) => `    ${frame}`)].join('\n'));
    super(`this test says nothing about the program: ${list.join('\n')}`, { cause });
    this.findings = findings;
  }
}
