'use strict';
const { cp, rm } = require('node:fs/promises');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** Like the strategies of users who keep profiles elsewhere: fetches the profile before the browser starts, stores it after it ended. */
module.exports = ({ NoAuth }, { dataPath }) => {
  const kept = join(dataPath, 'kept');
  const used = join(dataPath, 'used');
  return new (class KeptProfile extends NoAuth {
    async beforeBrowserInitialized() {
      await rm(used, { recursive: true, force: true });
      if (existsSync(kept)) await cp(kept, used, { recursive: true });
      this.client.options.puppeteer = { ...this.client.options.puppeteer, userDataDir: used };
    }

    async destroy() {
      await rm(kept, { recursive: true, force: true });
      await cp(used, kept, { recursive: true });
    }

    async logout() {
      await rm(kept, { recursive: true, force: true });
    }
  })();
};
