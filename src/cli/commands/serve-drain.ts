import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { exitCode } from '../../contracts/exit-code.ts';
import { InputError } from '../../contracts/input-error.ts';
import { type Instance, Instances } from '../../service/leases/instances.ts';
import { Problem } from '../../service/problems.ts';
import type { ServiceTables } from '../../service/tables.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import { plural } from '../../words/text.ts';
import { duration } from '../options/option-values.ts';
import { databaseOption, databaseToRead } from '../options/service-database.ts';

const lookEveryMs = 1_000;

/** `serve instances`: which instances run, from the database. */
export function instancesCommand(): Command {
  return new Command('instances')
    .description('list the instances that run, as JSON')
    .addOption(databaseOption())
    .addHelpText('after', '\nExample:\n  wwebjs-canary serve instances')
    .action(async ({ database }: { database?: string }) => {
      await withInstances(database, async (instances) => console.log(JSON.stringify(await instances.list(), null, 2)));
    });
}

interface DrainOptions {
  here?: boolean;
  end?: true;
  wait?: number;
  database?: string;
}

/** `serve drain`: requests the drain of an instance in the database, where the instance reads it within a second or two. */
export function drainCommand(): Command {
  return new Command('drain')
    .description('move the sessions of an instance to others, a few at a time')
    .argument('[id]', 'an instance, as `serve instances` and the log name it')
    .option('--here', 'every instance of this machine or container, by its host name, in place of an ID')
    .option('--end', 'end the drain: the instance takes sessions again')
    .option(
      '--wait <time>',
      'wait at most this long until the instance runs no session; exit code 1 when some are left',
      duration(1),
    )
    .addOption(databaseOption())
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary serve drain web-1-3f1f1c1b --wait 30m && systemctl stop wwebjs-canary\n  wwebjs-canary serve drain --here --wait 14m\n  wwebjs-canary serve drain web-1-3f1f1c1b --end',
    )
    .action(drain);
}

async function drain(id: string | undefined, { here = false, end, wait, database }: DrainOptions): Promise<void> {
  if (here === (id !== undefined)) throw new InputError('serve drain: name one instance by its ID, or give --here');
  if (end && wait !== undefined) throw new InputError('--wait is for the sessions to leave, which --end keeps');
  await withInstances(database, async (instances) => {
    const ids = id === undefined ? await idsHere(instances) : [id];
    for (const each of ids) {
      const { sessions } = await foundInstance(() => instances.drain(each, !end));
      console.log(
        end
          ? `${each} takes sessions again.`
          : `${each} drains; ${plural(sessions, 'session')} of it ${sessions === 1 ? 'has' : 'have'} to move.`,
      );
    }
    if (wait === undefined) return;
    const until = performance.now() + wait;
    for (const each of ids) {
      const left = await sessionsAt(instances, each, until);
      if (left === 0) console.log(`${each} runs no session any more.`);
      else {
        console.error(`${each} still runs ${plural(left, 'session')}.`);
        process.exitCode = exitCode.unexpected;
      }
    }
  });
}

/** @throws InputError when this machine has no instance. */
async function idsHere(instances: Instances): Promise<string[]> {
  const here = (await instances.list()).filter(({ host }) => host === hostname());
  if (here.length === 0) throw new InputError(`serve drain --here: no instance runs on ${hostname()}`);
  return here.map(({ id }) => id);
}

/**
 * Waits until an instance runs no session, or has stopped.
 *
 * @param until when to wait no longer, by `performance.now()`.
 * @returns how many sessions it runs then.
 */
async function sessionsAt(instances: Instances, id: string, until: number): Promise<number> {
  for (;;) {
    const sessions = (await instances.list()).find((instance) => instance.id === id)?.sessions ?? 0;
    if (sessions === 0 || performance.now() > until) return sessions;
    await sleep(lookEveryMs);
  }
}

/** @throws InputError when there is no such instance, or it cannot drain. */
async function foundInstance(ask: () => Promise<Instance>): Promise<Instance> {
  return ask().catch((error) => {
    throw error instanceof Problem ? new InputError(`serve drain: ${error.message}`) : error;
  });
}

async function withInstances(
  address: string | undefined,
  work: (instances: Instances) => Promise<void>,
): Promise<void> {
  const database = await openDatabase<ServiceTables>(databaseToRead(address));
  try {
    await work(new Instances(database));
  } finally {
    await database.close();
  }
}
