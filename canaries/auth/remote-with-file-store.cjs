'use strict';
const { copyFile, mkdir, rm, stat } = require('node:fs/promises');
const { join, resolve } = require('node:path');

/** Keeps the archives of RemoteAuth as files in a folder. */
class FileStore {
  constructor(folder, dataPath) {
    this.folder = folder;
    this.dataPath = dataPath;
  }

  async sessionExists({ session }) {
    return exists(this.fileOf(session));
  }

  /** RemoteAuth leaves the archive in its data path from 1.34.3 on, in the working folder before that. */
  async save({ session }) {
    const name = `${session}.zip`;
    const places = [join(this.dataPath, name), resolve(name)];
    const found = await Promise.all(places.map(exists));
    await mkdir(this.folder, { recursive: true });
    await copyFile(places[found.indexOf(true)] ?? places[0], this.fileOf(session));
  }

  async extract({ session, path }) {
    await copyFile(this.fileOf(session), path);
  }

  async delete({ session }) {
    await rm(this.fileOf(session), { force: true });
  }

  fileOf(session) {
    return join(this.folder, `${session}.zip`);
  }
}

async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The library's own RemoteAuth; only its wait before the first save is scaled. */
module.exports = ({ RemoteAuth }, { dataPath, timeScale }) => {
  class ScaledRemoteAuth extends RemoteAuth {
    delay(ms) {
      return super.delay(ms * timeScale);
    }
  }
  const store = new FileStore(join(dataPath, 'store'), dataPath);
  return new ScaledRemoteAuth({ store, dataPath, backupSyncIntervalMs: 60_000 });
};
