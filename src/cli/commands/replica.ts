import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { startReplica } from '../../replica/start-replica.ts';

/** `wwebjs-canary replica`: runs the replica alone, for the user's own program, until a signal. */
export function replicaCommand(): Command {
  return new Command()
    .requiredOption('--build <build>', 'WhatsApp Web build, e.g. 2.3000.1032534684')
    .option('--port <port>', 'port of the page; by default a free one', parsePort, 0)
    .option('--time-scale <factor>', 'multiplies the life of QR codes and pairing codes', parseFactor, 1)
    .option('--condition <names>', 'conditions to start with, separated by commas', splitNames, [])
    .addHelpText('after', '\nExample:\n  wwebjs-canary replica --build 2.3000.1032534684 --port 8443')
    .action(async (options: { build: string; port: number; timeScale: number; condition: string[] }) => {
      const { build, port, timeScale, condition: conditions } = options;
      const replica = await startReplica({ build, port, timeScale, conditions });
      replica.onTrouble(({ message }) => void process.stderr.write(`${message}\n`));
      const { url, chromiumArgs, phoneUrl } = replica;
      process.stdout.write(`${JSON.stringify({ url, chromiumArgs, phoneUrl })}\n`);
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await replica.close();
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

function parseFactor(text: string): number {
  const factor = Number(text);
  if (!(factor > 0 && factor <= 100)) throw new InvalidArgumentError('A factor is a number above 0, at most 100.');
  return factor;
}

function splitNames(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}
