/** Loaded before the library's own tests: `initialize()` of a client with a session resolves when it is ready, as the tests take it to. */
const { join } = require('node:path');
const { Client } = require(join(process.cwd(), 'index.js'));

const { initialize } = Client.prototype;
Client.prototype.initialize = async function initializeAndWait() {
  if (!this.authStrategy?.clientId) return initialize.call(this);
  const ready = new Promise((resolve) => this.once('ready', resolve));
  await initialize.call(this);
  await ready;
};
