import { type BrowserUse, browsersOf } from '../../host/browser-processes.ts';

/** What one browser uses. */
export interface MeasuredBrowser {
  memoryBytes: number;
  /** Processors on average since the measurement before. */
  cpus: number;
}

/** What all browsers of an instance use. */
export interface MeasuredBrowsers {
  processes: number;
  memoryBytes: number;
  /** Processor time since the measurement before. */
  cpuSeconds: number;
}

/** Measures the browsers that the sessions of this process run in, with one pass over the processes of the machine. */
export class BrowserMeter {
  #cpuSeconds = new Map<string, number>();
  #byProfile = new Map<string, MeasuredBrowser>();
  #measuredAt = performance.now();

  /** What the browser with this profile used at the last measurement. */
  of(profile: string): MeasuredBrowser | undefined {
    return this.#byProfile.get(profile);
  }

  /** Null where the machine does not tell. */
  async measure(): Promise<MeasuredBrowsers | null> {
    const browsers = await browsersOf(process.pid);
    if (browsers === null) return null;
    const now = performance.now();
    const seconds = (now - this.#measuredAt) / 1000;
    const used = browsers.map((browser) => ({ ...browser, cpuSeconds: this.#since(browser) }));
    this.#byProfile = new Map(
      used.map(({ profile, memoryBytes, cpuSeconds }) => [profile, { memoryBytes, cpus: cpuSeconds / seconds }]),
    );
    this.#cpuSeconds = new Map(browsers.flatMap(({ cpuSeconds }) => [...cpuSeconds]));
    this.#measuredAt = now;
    return {
      processes: this.#cpuSeconds.size,
      memoryBytes: used.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      cpuSeconds: used.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    };
  }

  #since({ cpuSeconds }: BrowserUse): number {
    let since = 0;
    for (const [key, seconds] of cpuSeconds) since += seconds - (this.#cpuSeconds.get(key) ?? 0);
    return since;
  }
}
