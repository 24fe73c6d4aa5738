const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR'];

/**
 * The environment that a browser is started with: what a program needs to run at all, and what is given. Everything else
 * stays here, because tokens and passwords of the harness have no place in a browser.
 */
export function bareEnvironment(added: Record<string, string>): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...added };
}
