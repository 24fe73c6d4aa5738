export { InputError } from './contracts/input-error.ts';
export { type LinkedDevice, type PhoneMessage, Refusal, type RefusalCode } from './contracts/phone-control.ts';
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
export {
  type ReceivedOptions,
  type ReplicaFinding,
  startTestReplica as startReplica,
  type TestPhone,
  type TestReplica,
  type TestReplicaOptions,
} from './testing/start-test-replica.ts';
