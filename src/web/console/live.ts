import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Refused } from './api.ts';

/** Time between two refreshes, in milliseconds. */
const lookEveryMs = 3_000;

/**
 * Receives the result of every refresh: null after a successful one. The page must not claim to be live when a refresh fails.
 *
 * @param source identifies the part of the page that is refreshed.
 */
export type Tell = (source: object, trouble: Refused | null) => void;
export const TellTrouble = createContext<Tell>(() => {});

/** An answer of the service that is kept up to date. */
export interface Live<T> {
  /** The last answer; undefined before the first one. */
  data: T | undefined;
  /** Why the last refresh failed. */
  trouble: Refused | null;
  refresh(): Promise<void>;
}

/**
 * Loads at once, again when `of` changes, and every few seconds while the page is visible. What the service did not answer is asked again
 * after a few seconds in any case.
 *
 * @param of what `load` asks for.
 * @param everyMs milliseconds between two refreshes; null loads only when `of` changes.
 */
export function useLive<T>(load: () => Promise<T>, of = '', everyMs: number | null = lookEveryMs): Live<T> {
  const tell = useContext(TellTrouble);
  const [state, setState] = useState<{ data: T | undefined; trouble: Refused | null }>({
    data: undefined,
    trouble: null,
  });
  const self = useRef({ load, asked: 0, answered: 0, isShown: true, hasData: false });
  const source = self.current;
  source.load = load;

  async function look(): Promise<Refused | null> {
    source.asked += 1;
    const mine = source.asked;
    const answer = await source.load().then(
      (data) => ({ data, trouble: null }),
      (trouble: Refused) => ({ trouble }),
    );
    // An older answer arrived after a newer one.
    if (mine < source.answered || !source.isShown) return null;
    source.answered = mine;
    setState((before) => ({ ...before, ...answer }));
    source.hasData ||= answer.trouble === null;
    tell(source, source.hasData || ofThePage.has(answer.trouble?.code ?? '') ? answer.trouble : null);
    return answer.trouble;
  }

  // `of` names everything that `load` depends on.
  useEffect(() => {
    const over = new AbortController();
    void keepLoading(look, everyMs, over.signal);
    return () => over.abort();
  }, [of, everyMs]);
  useEffect(() => {
    source.isShown = true;
    return () => {
      source.isShown = false;
      tell(source, null);
    };
  }, [source, tell]);
  return { ...state, refresh: async () => void (await look()) };
}

async function keepLoading(
  look: () => Promise<Refused | null>,
  everyMs: number | null,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const waitMs = (await look())?.code === 'unreachable' ? lookEveryMs : everyMs;
    if (waitMs === null) return;
    await pause(waitMs);
    if (document.hidden && !signal.aborted)
      await new Promise((seen) => addEventListener('visibilitychange', seen, { once: true, signal }));
    if (signal.aborted) return;
  }
}

/** What is wrong with all of the page. Another trouble before the first answer is shown in the place of that. */
const ofThePage: ReadonlySet<string> = new Set(['unreachable', 'unauthorized']);

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A request that a person makes: one at a time, with its error. */
export interface AskedRequest {
  isPending: boolean;
  error: string;
  run(request: () => Promise<void>): Promise<void>;
}

export function useRequest(): AskedRequest {
  const [state, setState] = useState({ isPending: false, error: '' });
  const pending = useRef(false);
  return {
    ...state,
    async run(request) {
      if (pending.current) return;
      pending.current = true;
      setState({ isPending: true, error: '' });
      const error = await request().then(
        () => '',
        ({ message }: Error) => message,
      );
      pending.current = false;
      setState({ isPending: false, error });
    },
  };
}
