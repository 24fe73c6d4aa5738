import { type Command, Option } from 'commander';
import { databaseOption } from './service-database.ts';

/** Where the live accounts are. */
export interface PoolOptions {
  database?: string;
  profiles?: string;
}

/** Adds the options of every command that works with live accounts. */
export function addPoolOptions(command: Command): Command {
  return command.addOption(databaseOption()).addOption(profilesOption());
}

export function profilesOption(): Option {
  return new Option(
    '--profiles <address>',
    'store of the encrypted profiles of live accounts: folder:/path or s3://bucket/prefix?endpoint=...',
  ).env('WWEBJS_CANARY_LIVE_PROFILES');
}

/** `--on-code`, of everything that may link an account. */
export function onCodeOption(): Option {
  return new Option(
    '--on-code <command>',
    'a shell command that scans or types each code, which it gets in WWEBJS_CANARY_CODE; without it a person does',
  );
}
