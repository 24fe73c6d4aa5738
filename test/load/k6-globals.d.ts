/** What k6 gives its scripts; they run in k6, never in Node. */
declare const __ENV: Record<string, string | undefined>;
