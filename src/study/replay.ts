import type { IncidentModel } from '../contracts/incident-study.ts';
import { defaultDeadlines } from '../service/sessions/deadlines.ts';
import { drawIntents, drawRequest, type LinkIntent, type RequestBehaviour } from './behaviour.ts';
import { type Course, drawCourse, type LibraryCourses } from './courses.ts';
import { drawSpread } from './draw-spread.ts';
import { randomStream } from './random-stream.ts';
import type { RequestLog } from './request-log.ts';
import type { LinkEnd, Restart, StudiedLink, StudiedService } from './studied-service.ts';

/** Six codes, the first for 60 s and the others for 20 s; after that the page shows none (docs/replica.md). */
const codesLastMs = 160_000;
const dayMs = 86_400_000;
const hourMs = 3_600_000;

export interface ReplayOptions {
  model: IncidentModel;
  seed: number;
  intents: number;
  courses: LibraryCourses;
  service: StudiedService;
  log: RequestLog;
}

/** How many sessions were up before the restarts of a replay, and how many of them afterwards. */
export interface Restorations {
  due: number;
  restored: number;
}

/** A pending request: what its person sees, and what the library will do. */
interface OpenRequest {
  id: number;
  intent: LinkIntent;
  /** Number of the request within its intent, from 1, since the intent began or the session was lost. */
  number: number;
  does: RequestBehaviour;
  link: StudiedLink;
  course: Course;
  /** Increases whenever events planned for the request become obsolete. */
  turn: number;
}

/** Replays one week of people, restarts and a library over one service. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #timetable = new Timetable();
  readonly #open = new Map<string, OpenRequest>();
  readonly #intentOf = new Map<string, LinkIntent>();
  readonly #requestsOf = new Map<number, number>();
  readonly #restorations: Restorations = { due: 0, restored: 0 };

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Runs until no person has anything left to do. */
  async run(): Promise<Restorations> {
    const { model, seed, intents } = this.#options;
    for (const intent of drawIntents(model, intents, seed)) {
      this.#timetable.put(intent.at, () => this.#request(intent, intent.at, 1));
    }
    const random = randomStream(seed, 'restarts');
    const everyMs = model.workload.restartEveryHours.value * hourMs;
    for (let at = everyMs; at < model.workload.days.value * dayMs; at += everyMs) {
      const how = random() < model.workload.killedShare.share ? 'killed' : 'in-order';
      this.#timetable.put(at, () => this.#restart(how, at));
    }
    await this.#timetable.run();
    return this.#restorations;
  }

  async #request(intent: LinkIntent, at: number, number: number): Promise<void> {
    const { model, seed, courses, service, log } = this.#options;
    const nth = (this.#requestsOf.get(intent.index) ?? 0) + 1;
    this.#requestsOf.set(intent.index, nth);
    const does = drawRequest(model, randomStream(seed, `request ${intent.index} ${nth}`));
    const link = await service.link(intent.phone);
    const id = await log.add(intent, link?.account ?? null);
    if (!link) return this.#failed(intent, number, does.triesAgainAfter, at);
    this.#intentOf.set(link.account, intent);
    const request = { id, intent, number, does, link, course: drawCourse(courses.link, does.luck), turn: 0 };
    this.#open.set(link.account, request);
    this.#start(request, at);
  }

  /** Starts the library, for the first time or after a restart of the service. */
  #start(request: OpenRequest, at: number): void {
    const { course, does, link } = request;
    const codeAt = at + course.codeMs;
    if (course.reaches === 'nothing') {
      const overAt = course.says ? codeAt : at + defaultDeadlines.startMs;
      this.#plan(request, overAt, () => this.#over(request, course.says ?? 'start-timeout', overAt, 'library'));
      return;
    }
    this.#plan(request, codeAt, () => link.showCode());
    const { scansAfter, asksAgainAfter } = does;
    const scans = scansAfter !== null && scansAfter < codesLastMs;
    const looksFor = scans ? scansAfter : codesLastMs;
    const asksAgain = asksAgainAfter !== null && asksAgainAfter < looksFor;
    if (asksAgain && request.number < this.#options.model.people.requestsAtMost.value) {
      this.#plan(request, codeAt + asksAgainAfter, () => this.#replace(request, codeAt + asksAgainAfter));
    } else if (scans) {
      this.#plan(request, codeAt + scansAfter, async () => this.#scanned(request, codeAt, codeAt + scansAfter));
    } else {
      const overAt = codeAt + defaultDeadlines.linkMs;
      this.#plan(request, overAt, () => this.#over(request, 'link-timeout', overAt, 'unscanned'));
    }
  }

  #scanned(request: OpenRequest, codeAt: number, at: number): void {
    const { course, link } = request;
    if (course.reaches === 'code') {
      const overAt = course.says ? at + course.authenticatedMs : codeAt + defaultDeadlines.linkMs;
      this.#plan(request, overAt, () => this.#over(request, course.says ?? 'link-timeout', overAt, 'library'));
      return;
    }
    const authenticatedAt = at + course.authenticatedMs;
    this.#plan(request, authenticatedAt, async () => {
      const step = await link.authenticated();
      if (step !== 'done') return this.#refused(request, step, authenticatedAt);
      const isSilent = course.reaches === 'authenticated' && course.says === null;
      const nextAt = authenticatedAt + (isSilent ? defaultDeadlines.readyMs : course.readyMs);
      if (course.reaches === 'ready') this.#plan(request, nextAt, () => this.#ready(request, nextAt));
      else this.#plan(request, nextAt, () => this.#over(request, course.says ?? 'ready-timeout', nextAt, 'library'));
    });
  }

  async #ready(request: OpenRequest, at: number): Promise<void> {
    const step = await request.link.ready();
    if (step !== 'done') return this.#refused(request, step, at);
    this.#close(request);
  }

  /** The service refused the event of the library; the person sees an error. */
  async #refused(request: OpenRequest, step: 'duplicate' | 'superseded', at: number): Promise<void> {
    this.#close(request);
    await this.#options.log.note(request.id, step === 'duplicate' ? 'refused' : 'replaced');
    this.#failed(request.intent, request.number, request.does.triesAgainAfter, at);
  }

  /** The same person requests again while the first code is shown, which is then replaced. */
  async #replace(request: OpenRequest, at: number): Promise<void> {
    this.#close(request);
    await this.#options.log.note(request.id, 'replaced');
    await this.#request(request.intent, at, request.number + 1);
  }

  /** Ends the link without `ready`. If the service restores it by itself, that counts as its success. */
  async #over(request: OpenRequest, how: LinkEnd, at: number, why: 'library' | 'unscanned'): Promise<void> {
    const { id, intent, number, does, link } = request;
    this.#close(request);
    const step = await link.end(how);
    await this.#options.log.note(id, step === 'superseded' ? 'replaced' : why);
    if ((await this.#options.service.up()).has(link.account)) return;
    this.#failed(intent, number, why === 'unscanned' ? does.comesBackAfter : does.triesAgainAfter, at);
  }

  /** A failed request: its person may come back. */
  #failed(intent: LinkIntent, number: number, returnsAfter: number | null, at: number): void {
    if (returnsAfter === null || number >= this.#options.model.people.requestsAtMost.value) return;
    this.#timetable.put(at + returnsAfter, () => this.#request(intent, at + returnsAfter, number + 1));
  }

  async #restart(how: Restart, at: number): Promise<void> {
    const { service } = this.#options;
    const before = await service.up();
    const goingOn = await service.restart(how, at);
    const after = await service.up();
    this.#restorations.due += before.size;
    for (const account of before) {
      if (after.has(account)) this.#restorations.restored++;
      else this.#lose(account, at);
    }
    for (const [account, request] of [...this.#open]) {
      request.turn++;
      if (goingOn.has(account)) this.#start(request, at);
      else {
        this.#close(request);
        await this.#options.log.note(request.id, 'restart');
        if (!after.has(account)) this.#failed(request.intent, request.number, request.does.triesAgainAfter, at);
      }
    }
  }

  /** A working session is lost. A person who notices it links the number again. */
  #lose(account: string, at: number): void {
    const { model, seed } = this.#options;
    const intent = this.#intentOf.get(account) as LinkIntent;
    const random = randomStream(seed, `loss ${intent.index} ${at}`);
    const { share, after } = model.people.noticesLoss;
    if (random() >= share) return;
    const noticedAt = at + drawSpread(after, random);
    this.#timetable.put(noticedAt, () => this.#request(intent, noticedAt, 1));
  }

  #plan(request: OpenRequest, at: number, happen: () => Promise<void>): void {
    const { turn } = request;
    this.#timetable.put(at, async () => {
      if (this.#open.get(request.link.account) === request && request.turn === turn) await happen();
    });
  }

  #close(request: OpenRequest): void {
    this.#open.delete(request.link.account);
  }
}

/**
 * Runs actions at simulated times, one after another; actions with the same time run in the sequence in which they were added.
 */
class Timetable {
  readonly #entries: { at: number; happen: () => Promise<void> }[] = [];

  put(at: number, happen: () => Promise<void>): void {
    // Searched from the end, since most added actions are later than most waiting ones.
    let place = this.#entries.length;
    while (place > 0 && (this.#entries[place - 1] as { at: number }).at > at) place--;
    this.#entries.splice(place, 0, { at, happen });
  }

  /** Runs until no action is left; an action may add more. */
  async run(): Promise<void> {
    for (let entry = this.#entries.shift(); entry; entry = this.#entries.shift()) await entry.happen();
  }
}
