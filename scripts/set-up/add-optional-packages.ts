/** What this needs of a lockfile of version 3. */
export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

const platformName = /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|windows)-(\w+)/;

/**
 * Adds the optional packages that npm left out of a lockfile and returns their names.
 *
 * npm leaves a package for another platform out when the registry that the lockfile was made with does not have it, as
 * mirrors often do not. `npm ci` then refuses the lockfile on every machine ("Missing: ... from lock file"). An added entry
 * has the exact version and the platform in its name, and no integrity hash, because the package was not downloaded.
 *
 * @throws Error when a name tells no platform or a version is not exact: such an entry would be a guess.
 */
export function addOptionalPackages(lockfile: Lockfile): string[] {
  const added: string[] = [];
  for (const { parent, name, version, dev } of missingOptionalPackages(lockfile)) {
    const [, os, cpu] = platformName.exec(name) ?? [];
    if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
      throw new Error(`${parent} wants ${name}@${version}, which the lockfile does not have: add it by hand`);
    }
    lockfile.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev ? { dev } : {}),
      optional: true,
      os: [os === 'windows' ? 'win32' : os],
    };
    added.push(name);
  }
  const byPath = Object.entries(lockfile.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lockfile.packages = Object.fromEntries(byPath);
  return added;
}

/** Optional dependencies that have no entry. */
export function missingOptionalPackages(lockfile: Lockfile) {
  return Object.entries(lockfile.packages).flatMap(([parent, { optionalDependencies, dev }]) =>
    Object.entries(optionalDependencies ?? {})
      .filter(([name]) => !(`${parent}/node_modules/${name}` in lockfile.packages))
      .filter(([name]) => !(`node_modules/${name}` in lockfile.packages))
      .map(([name, version]) => ({ parent, name, version, dev })),
  );
}
