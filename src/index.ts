import type { Verdict } from './contracts/verdict.ts';
import type { RunOptions, RunResult } from './runs/run-cells.ts';
import type { CreateClient, LinkableClient, LinkedClient, LinkedClientOptions } from './testing/linked-client.ts';
import type { TestReplica, TestReplicaOptions } from './testing/start-test-replica.ts';
import type { GateOptions } from './verdicts/gate.ts';

export type { Attempt, AttemptEvent, Cause, Cell } from './contracts/attempt.ts';
export type { ConditionOptions } from './contracts/circumstances.ts';
export type { ExitCode } from './contracts/exit-code.ts';
export { InputError, TroubleError } from './contracts/input-error.ts';
export type { Expectation } from './contracts/matrix.ts';
export type { Blame, Outcome, Phase } from './contracts/outcome.ts';
export type { LinkedDevice, PhoneMessage } from './contracts/phone-control.ts';
export type { Policy } from './contracts/policy.ts';
export { Refusal, type RefusalCode } from './contracts/refusal.ts';
export type { CellReport, RunInfo, RunReport } from './contracts/run.ts';
export type { FlowVerdict, Verdict, VerdictWord } from './contracts/verdict.ts';
export {
  type AckLevel,
  type Flow,
  type FlowClient,
  type FlowContext,
  type FlowNetwork,
  type FlowOptions,
  type FlowPhone,
  flow,
  linkByQr,
} from './runner/flow.ts';
export type { AttemptHooks, RunOptions, RunResult } from './runs/run-cells.ts';
export type {
  CreateClient,
  LinkableClient,
  LinkedClient,
  LinkedClientOptions,
  ReplicaClientOptions,
} from './testing/linked-client.ts';
export { ReplicaFindingsError } from './testing/replica-findings-error.ts';
export type {
  ReceivedOptions,
  ReplicaFinding,
  TestPhone,
  TestReplica,
  TestReplicaOptions,
} from './testing/start-test-replica.ts';
export type { GateOptions, GateRequest } from './verdicts/gate.ts';

/**
 * Starts a replica of WhatsApp Web at one build, on 127.0.0.1, for a whatsapp-web.js program under test.
 *
 * @throws InputError for a malformed build or an unknown condition; Refusal for a phone number that is malformed or named twice.
 */
async function openTestReplica(options: TestReplicaOptions): Promise<TestReplica> {
  const { startTestReplica } = await import('./testing/start-test-replica.ts');
  return startTestReplica(options);
}

/**
 * Starts a replica, links a client to it, and closes both when `use` has ended.
 *
 * @returns what `use` returned.
 * @throws ReplicaFindingsError when the client called a part of the page that the replica has only by name.
 * @throws Error when the client is not ready in time, with the events that came; else the error of `use`.
 */
async function openLinkedClient<Client extends LinkableClient, Result>(
  createClient: CreateClient<Client>,
  options: LinkedClientOptions,
  use: (linked: LinkedClient<Client>) => Result | Promise<Result>,
): Promise<Result> {
  const { withLinkedClient } = await import('./testing/linked-client.ts');
  return withLinkedClient(createClient, options, use);
}

export { openLinkedClient as withLinkedClient, openTestReplica as startReplica };

/**
 * Attempts cells and keeps the records in the store of the working folder, as `wwebjs-canary run` does. Libraries and browsers that are
 * not there are downloaded.
 *
 * @throws InputError for an option, matrix or flow that is wrong, before anything is started.
 * @throws TroubleError when a browser cannot be had or the store cannot be opened.
 */
export async function run(options: RunOptions = {}): Promise<RunResult> {
  const { runCells } = await import('./runs/run-cells.ts');
  return runCells(options);
}

/**
 * Judges whether the candidate may replace the baseline, as `wwebjs-canary gate` does: by the attempts in the store of the working folder,
 * by those of given reports, or with `run` by attempts that it makes until the verdict is decided.
 *
 * @throws InputError for an option, policy or report that is wrong, and when a version has no attempt at all.
 * @throws TroubleError when attempts could not be made or kept.
 */
export async function gate(options: GateOptions): Promise<Verdict> {
  const { judgeVersions } = await import('./verdicts/gate.ts');
  return judgeVersions(options);
}
