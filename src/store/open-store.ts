import { existsSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { home } from '../contracts/home.ts';
import { Attempts } from './attempts.ts';
import { AttemptsOverTime } from './attempts-over-time.ts';
import { openDatabaseToRead, openEmptyDatabase } from './database/open-database.ts';
import { openSqlite } from './database/open-sqlite.ts';
import { openHere } from './database/sqlite-file.ts';
import { JudgedCells } from './judged-cells.ts';
import { LiveBuilds } from './live-builds.ts';
import { LiveDrift } from './live-drift.ts';
import { Nights } from './nights.ts';
import { PlannedCells } from './planned-cells.ts';
import { Retained } from './retained.ts';
import { Runs } from './runs.ts';
import { Schedules } from './schedules.ts';
import { Standings } from './standings.ts';
import { Surprises } from './surprises.ts';
import type { Tables } from './tables.ts';
import { Verdicts } from './verdicts.ts';

/** Everything that is kept of runs, one repository per subject. */
export interface Store {
  file: string;
  /** Names of the migrations that ran when this store was opened. */
  migrated: string[];
  runs: Runs;
  retained: Retained;
  plannedCells: PlannedCells;
  attempts: Attempts;
  attemptsOverTime: AttemptsOverTime;
  judgedCells: JudgedCells;
  standings: Standings;
  verdicts: Verdicts;
  schedules: Schedules;
  liveSchedules: Schedules;
  /** Unexpected cells of `watch`. */
  surprises: Surprises;
  /** Unexpected cells of `nightly`. */
  nightSurprises: Surprises;
  nights: Nights;
  liveBuilds: LiveBuilds;
  /** Builds of saved pages. */
  savedBuilds: LiveBuilds;
  liveDrift: LiveDrift;
  close(): Promise<void>;
}

/**
 * Opens the embedded store, makes it where there is none, and brings its schema up to date.
 *
 * @throws TroubleError when it cannot be opened, is damaged, or was written by a newer version of this program.
 */
export async function openStore(file = home('store.sqlite')): Promise<Store> {
  const { kysely, migrated } = await openSqlite<Tables>(file, openHere);
  return storeOf(kysely, file, migrated);
}

/** The numbers of the service's migrations begin here; they can be in the same file, and change no table of the store. */
const ofService = '0100';

/**
 * Opens the embedded store to read from it only: nothing is made or migrated. Where there is none, it is an empty one.
 *
 * @throws InputError when the file is no store; TroubleError when its schema is of another version, or it cannot be read.
 */
export async function openStoreToRead(file = home('store.sqlite')): Promise<Store> {
  if (existsSync(file)) {
    const { kysely } = await openDatabaseToRead<Tables>(`sqlite:${file}`, (migration) => migration < ofService);
    return storeOf(kysely, file);
  }
  const { kysely } = await openEmptyDatabase<Tables>();
  return storeOf(kysely, file);
}

function storeOf(db: Kysely<Tables>, file: string, migrated: string[] = []): Store {
  return {
    file,
    migrated,
    runs: new Runs(db),
    retained: new Retained(db),
    plannedCells: new PlannedCells(db),
    attempts: new Attempts(db),
    attemptsOverTime: new AttemptsOverTime(db),
    judgedCells: new JudgedCells(db),
    standings: new Standings(db),
    verdicts: new Verdicts(db),
    schedules: new Schedules(db, 'watch'),
    liveSchedules: new Schedules(db, 'watch-live'),
    surprises: new Surprises(db, 'watch'),
    nightSurprises: new Surprises(db, 'nightly'),
    nights: new Nights(db),
    liveBuilds: new LiveBuilds(db, 'site'),
    savedBuilds: new LiveBuilds(db, 'saved'),
    liveDrift: new LiveDrift(db),
    close: () => db.destroy(),
  };
}
