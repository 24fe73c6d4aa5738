import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import ipaddr from 'ipaddr.js';
import { defaultSlots } from '../../browser/default-slots.ts';
import { packageRoot } from '../../contracts/home.ts';
import { exactVersionSchema } from '../../contracts/service-api.ts';
import { families } from '../../metrics/families.ts';
import { defaultRequestLimits } from '../../service/http/admission.ts';
import { defaultEventsWindowMs, defaultJudgeEveryMs, defaultMoveAtOnce } from '../../service/instance/service.ts';
import { type LogLevel, logLevels, logWriter } from '../../service/log-line.ts';
import { duration, wholeNumber } from '../options/option-values.ts';
import { policyOption, rolloutPlanOption } from '../options/policy-options.ts';
import { databaseOption, embeddedDatabase } from '../options/service-database.ts';
import { untilSignal } from '../process/signals.ts';
import { serveInstance } from '../serve/serve-instance.ts';
import { addKeyCommand } from './serve-add-key.ts';
import { drainCommand, instancesCommand } from './serve-drain.ts';

interface ServeCommandOptions {
  host: string;
  port: number;
  advertise?: string;
  database?: string;
  library: string;
  browser: string;
  slots: number;
  maxSessions?: number;
  warmHosts: number;
  sessionsPerHost: number;
  moveAtOnce: number;
  rebalance: number;
  profiles?: string;
  allowPrivateWebhooks: boolean;
  allowPrivateProxies: boolean;
  ratePerAddress: number;
  ratePerKey: number;
  streamsPerKey: number;
  maxDelay: number;
  eventsWindow: number;
  trustProxy: string[];
  sessionDetail: number;
  logLevel: LogLevel;
  judgeEvery: number | null;
  policy: string;
  rolloutPlan: string;
  replica?: string;
}

/** Least interval between judgements, since each reads the traffic of the whole step. */
const leastJudgeSeconds = 5;

/** Least time for a stream to be resumed: what is followed is written down once a minute. */
const leastWindowSeconds = 300;

/** `serve`: the service that links accounts, keeps their sessions and restores them. */
export function serveCommand(): Command {
  const serve = new Command()
    .option('--host <address>', 'address to listen on; any but a loopback one needs an API key', '127.0.0.1')
    .option('--port <port>', 'port to listen on', wholeNumber(0, 65_535), 8080)
    .option(
      '--advertise <url>',
      'where other instances reach this one, such as http://10.0.0.7:8080; by default the address that it listens on, or the first of the machine',
      baseUrl,
    )
    .addOption(databaseOption())
    .option(
      '--library <version>',
      'exact whatsapp-web.js version that hosts accounts by default',
      exactVersion,
      '1.34.7',
    )
    .option('--browser <name>', 'current, 107, chrome, chromium or a path', 'current')
    .option('--slots <n>', 'browsers that may start at the same time', wholeNumber(1, 64), defaultSlots())
    .option('--max-sessions <n>', 'sessions that this instance runs at most, one browser each', wholeNumber(1, 10_000))
    .option(
      '--warm-hosts <n>',
      'hosts of each version in use that wait for the next session, with the library in memory; none wait while less than 1 GiB of memory is available',
      wholeNumber(0, 20),
      2,
    )
    .option(
      '--sessions-per-host <n>',
      'sessions of one version and workspace that share a host process: less memory, and an error that cannot be put down to one session ends them all',
      wholeNumber(1, 50),
      1,
    )
    .option(
      '--move-at-once <n>',
      'sessions of this instance that move to others at the same time, while it drains or instances even out',
      wholeNumber(1, 64),
      defaultMoveAtOnce,
    )
    .option(
      '--rebalance <n>',
      'sessions a minute that all instances together move to those with fewer; 0 for none',
      wholeNumber(0, 600),
      0,
    )
    .option(
      '--replica <build or file>',
      'try it out: serve against a replica of WhatsApp Web at this build, with simulated phones, or against the replica whose line is in FILE.json',
    )
    .option(
      '--profiles <address>',
      'keep profiles for all machines, encrypted: folder:/shared/path or s3://bucket/prefix?endpoint=...',
    )
    .option('--allow-private-webhooks', 'let webhooks reach addresses of private networks', false)
    .option('--allow-private-proxies', 'let proxies of accounts be in private networks', false)
    .option(
      '--rate-per-address <n>',
      'requests a second from one address, on average over ten seconds; 0 for no limit',
      wholeNumber(0, 100_000),
      defaultRequestLimits.perAddress,
    )
    .option(
      '--rate-per-key <n>',
      'requests a second with one API key, on average over ten seconds; 0 for no limit',
      wholeNumber(0, 100_000),
      defaultRequestLimits.perKey,
    )
    .option(
      '--streams-per-key <n>',
      'streams of events that one API key may have open; 0 for no limit',
      wholeNumber(0, 100_000),
      defaultRequestLimits.streamsPerKey,
    )
    .option(
      '--max-delay <ms>',
      'mean delay of the event loop, in milliseconds, above which the API answers that it is overloaded; 0 for never',
      wholeNumber(0, 60_000),
      defaultRequestLimits.maxDelayMs,
    )
    .option(
      '--trust-proxy <addresses>',
      'addresses or networks of reverse proxies, separated by commas: their X-Forwarded-For names the caller',
      proxyAddresses,
      [],
    )
    .addOption(
      new Option(
        '--events-window <time>',
        'how long events of the library stay in the database, sealed, for streams to be resumed; the same for all instances',
      )
        .argParser(duration(leastWindowSeconds))
        .default(defaultEventsWindowMs, '24h'),
    )
    .option(
      '--session-detail <n>',
      'show up to n sessions one by one in /metrics, by the handle that the console shows; 0 shows none',
      wholeNumber(0, families.sessionDetail.limit),
      0,
    )
    .addOption(
      new Option('--log-level <level>', 'least level of the lines in the log; the line with the address is at info')
        .choices(logLevels)
        .default('info'),
    )
    .addOption(
      new Option('--judge-every <time>', 'how often the gate judges the rollout in progress; never leaves it to people')
        .argParser((text) => (text === 'never' ? null : duration(leastJudgeSeconds)(text)))
        .default(defaultJudgeEveryMs, '1m'),
    )
    .addOption(
      policyOption(
        'what the candidate of a rollout is held to: starts of sessions and, with `calls`, calls of methods',
      ),
    )
    .addOption(rolloutPlanOption())
    .addHelpText(
      'after',
      `
Examples:
  wwebjs-canary serve
  wwebjs-canary serve --replica 2.3000.1032534684
  wwebjs-canary replica --build 2.3000.1032534684 > replica.json & wwebjs-canary serve --replica replica.json
  WWEBJS_CANARY_DATABASE=mysql://canary:secret@db:3306/canary wwebjs-canary serve --host 0.0.0.0
  wwebjs-canary serve --judge-every 5m --rollout-plan slow.yaml
  wwebjs-canary serve add-key deploy-bot --scope link`,
    )
    .action(run);
  for (const command of [addKeyCommand(), instancesCommand(), drainCommand()]) serve.addCommand(command);
  return serve;
}

async function run({
  replica = null,
  ...given
}: Omit<ServeCommandOptions, 'replica'> & { replica?: string | null }): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const log = logWriter(given.logLevel, (text) => process.stdout.write(text));
  const database = given.database ?? embeddedDatabase({ forReplica: replica !== null });
  const stopping = new AbortController();
  const stop = untilSignal().then(() => stopping.abort());
  const { signal } = stopping;
  const profiles = given.profiles ?? null;
  const { ratePerAddress: perAddress, ratePerKey: perKey, maxDelay: maxDelayMs, streamsPerKey } = given;
  const limits = { ...defaultRequestLimits, perAddress, perKey, streamsPerKey, maxDelayMs };
  const { trustProxy: trustedProxies, rebalance: rebalancePerMinute } = given;
  const starting = serveInstance({
    ...given,
    limits,
    trustedProxies,
    profiles,
    rebalancePerMinute,
    database,
    replica,
    version,
    signal,
    log,
  });
  const instance = await Promise.race([starting, stop.then(() => null)]);
  if (instance === null) {
    // Does not wait for the start, which may wait for another instance's migration. The start begins nothing more.
    starting.then((late) => late.stop()).catch(() => {});
    log({ event: 'stopped' });
    return;
  }
  log({ event: 'listening', url: instance.url, ...(instance.phoneUrl && { phoneUrl: instance.phoneUrl }) });
  await stop;
  await instance.stop();
}

function proxyAddresses(text: string): string[] {
  const addresses = text.split(',').map((address) => address.trim());
  const wrong = addresses.find((address) => !ipaddr.isValid(address) && !ipaddr.isValidCIDR(address));
  if (wrong === undefined) return addresses;
  throw new InvalidArgumentError(`"${wrong}" is no address and no network such as 10.0.0.0/8.`);
}

/** Without a path: the paths of the API follow it. */
function baseUrl(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new InvalidArgumentError('It has to be an address such as http://10.0.0.7:8080, without a path.');
}

function exactVersion(text: string): string {
  const parsed = exactVersionSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`It has to be ${parsed.error.issues[0]?.message}.`);
  return text;
}
