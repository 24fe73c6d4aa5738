import { type Command, Option } from 'commander';
import { queueAddress } from '../../queue/queue-address.ts';
import { checkedBy, duration } from './option-values.ts';

/** Where the queue of a fleet is, and what coordinators and workers share besides it. */
export interface QueueOptions {
  queue?: string;
  evidence?: string;
  /** The text of the option: `watch` passes it to `run`. */
  lostAfter: string;
}

/** In milliseconds. */
export function lostAfterMs({ lostAfter }: Pick<QueueOptions, 'lostAfter'>): number {
  return duration(1)(lostAfter);
}

/** `--queue`. The errors of commander would repeat an address with its password. */
export function queueOption(help: string): Option {
  return new Option('--queue <url>', help).argParser(queueAddress).env('WWEBJS_CANARY_QUEUE');
}

/** Adds the options of every command that has attempts made by workers, and of the workers. */
export function addQueueOptions(command: Command, queueHelp: string): Command {
  return command
    .addOption(queueOption(queueHelp))
    .addOption(
      new Option(
        '--evidence <address>',
        'with --queue: how the files of attempts get from workers to the run: a shared folder, or s3://bucket/prefix?endpoint=...',
      ).env('WWEBJS_CANARY_EVIDENCE'),
    )
    .addOption(
      new Option('--lost-after <time>', 'with --queue: a worker that does not renew its lock for this long is lost')
        .argParser(checkedBy(duration(1)))
        .default('60s'),
    );
}
