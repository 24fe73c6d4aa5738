import type { Mutation } from '../../../contracts/replica-queries.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';
import type { Requests } from './requests.ts';

/** State that the devices of an account share: archived chats and the like. */
export class SharedState {
  private readonly page: Page;
  private readonly requests: Requests;

  constructor(page: Page, requests: Requests) {
    this.page = page;
    this.requests = requests;
  }

  /** Changes it here and on all other devices; resolves when the server has it. */
  async change(mutation: Mutation): Promise<void> {
    await this.requests.query('mutate', { mutation });
    this.apply(mutation);
  }

  /** Takes over what is so on the account. */
  apply(mutation: Mutation): void {
    switch (mutation.action) {
      case 'archive':
        this.page.chats.ensure(new Wid(mutation.index)).archive = mutation.value;
        return;
    }
  }
}
