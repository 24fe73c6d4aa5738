'use strict';

/** A login that fails: it waits for the end of the client, which flows can bring about, and then says that it has failed. */
module.exports = ({ NoAuth }) =>
  new (class FailingAuth extends NoAuth {
    onAuthenticationNeeded() {
      this.client.emit('authentication_needed');
      return new Promise((resolve) => {
        this.fail = () => resolve({ failed: true, failureEventPayload: 'no such session', restart: false });
      });
    }

    async destroy() {
      this.fail?.();
    }
  })();
