import encodeQr from 'qr';
import type { Chat } from '../model/models.ts';
import { abProp, type Page } from '../shared/page.ts';

/** Width and height of the QR code on the real page. */
const qrPixels = 228;

/** Chats that fit on the screen. */
const visibleChats = 12;

/**
 * What the user sees: splash, QR code, loading, chats. It contains only the parts of the real DOM that libraries are known to
 * read: `div[data-ref]` with canvas or retry button, `progress` and its text below `#app`, the search icon of the chat list, `#main`.
 */
export class Screens {
  private readonly page: Page;
  private readonly onRetry: () => void;
  private readonly app: HTMLElement;
  private qr: HTMLElement | undefined;
  private drawing = false;
  private fetching: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page, onRetry: () => void) {
    this.page = page;
    this.onRetry = onRetry;
    const app = document.getElementById('app');
    if (!app) throw new Error('the html has no #app');
    this.app = app;
    const draw = () => void this.drawQr();
    page.conn.on('change:ref', draw);
    page.advSecretEvents.on('change', draw);
    page.socket.on('change:state', (_socket, state) => {
      if (state === 'UNPAIRED') draw();
      if (state === 'UNPAIRED_IDLE') this.showRetry();
      if (state === 'CONNECTED' && !page.socket.hasSynced) this.showLoading();
    });
    page.socket.on('change:hasSynced', () => this.showChats());
    page.cmd.on('offline_progress_update offline_progress_update_from_bridge', () => this.updateProgress());
    page.cmd.on('open_chat', (chat) => this.showChat(chat as Chat));
  }

  /** Draws the code once for a new secret and a new ref that come together. */
  private async drawQr(): Promise<void> {
    const { page } = this;
    if (this.drawing) return;
    this.drawing = true;
    await page.profile.keys();
    this.drawing = false;
    const { ref } = page.conn;
    if (ref === undefined || page.profile.isRegistered()) return;
    const text = await page.qrText(ref);
    if (!['PAIRING', 'UNPAIRED'].includes(page.socket.state)) return;
    const qr = this.qrElement();
    qr.replaceChildren(drawQr(text));
    if (qr.dataset.ref === text) return;
    qr.dataset.ref = text;
    if (page.circumstances.reportsQr) page.report('qr-shown', { qr: text });
  }

  /** The same element for all refs, so that an observer of its attribute sees the change. */
  private qrElement(): HTMLElement {
    if (!this.qr?.isConnected) {
      this.qr = element('div', { 'data-testid': 'link-device-qr-code', class: 'qr' });
      this.show(element('div', { class: 'landing' }, element('h1', {}, 'Scan to log in'), element('div', {}, this.qr)));
    }
    return this.qr as HTMLElement;
  }

  private showRetry(): void {
    if (!this.qr?.isConnected) return;
    const button = element('button', {}, 'Click to reload QR code');
    button.addEventListener('click', () => this.onRetry());
    this.qr.replaceChildren(element('span', {}, button));
  }

  private showLoading(): void {
    const percent = String(this.page.offline.getOfflineDeliveryProgress());
    this.show(
      element(
        'div',
        { class: 'loading' },
        element('div', {}, element('span', { 'data-icon': 'logo' })),
        element('div', {}, element('progress', { value: percent, max: '100' })),
        element('div', {}, 'Loading your chats'),
      ),
    );
  }

  private updateProgress(): void {
    const progress = this.app.querySelector('progress');
    if (progress) progress.value = this.page.offline.getOfflineDeliveryProgress();
  }

  private showChats(): void {
    const { page } = this;
    const list = element('div', { role: 'grid', 'aria-label': 'Chat list' });
    const row = (chat: Chat) => list.append(element('div', { role: 'listitem' }, chat.formattedTitle));
    page.chats.forEach(row);
    page.chats.on('add', row);
    this.fetchPictures();
    page.chats.on('add', () => this.fetchPicturesOfAdded());
    const search = element('button', {}, element('span', { 'data-icon': page.surface.behaviours.searchIcon }));
    this.show(element('div', { class: 'two' }, element('div', { id: 'side' }, element('div', {}, search), list)));
    if (abProp(page, 'web_whats_new_auto_modal') && page.whatsNew.shouldShow()) this.showWhatsNew();
  }

  /** Real pages fetch the pictures that they show: of the account, and of the chats at the top. */
  private fetchPictures(): void {
    const { chats, me, pictures } = this.page;
    const shown = chats.getModelsArray().slice(0, visibleChats);
    for (const id of [...(me ? [me.pn] : []), ...shown.map((chat) => chat.id)]) pictures.find(id).catch(() => {});
  }

  /** Chats come in numbers: the list is looked at once for all that are added in one turn, when their messages are there. */
  private fetchPicturesOfAdded(): void {
    this.fetching ??= setTimeout(() => {
      this.fetching = undefined;
      this.fetchPictures();
    });
  }

  /** Beside the list, until another chat is opened. */
  private showChat(chat: Chat): void {
    const main = element('div', { id: 'main' }, element('header', {}, chat.formattedTitle));
    document.getElementById('main')?.remove();
    this.app.querySelector('.two')?.append(main);
  }

  /** Over the chats, until a person or code clicks its button. */
  private showWhatsNew(): void {
    const { whatsNew } = this.page;
    const button = element('button', {}, 'Continue');
    const title = "What's new on WhatsApp Web";
    const attributes = { role: 'dialog', 'aria-modal': 'true', 'aria-label': title };
    const dialog = element('div', attributes, element('h1', {}, title), button);
    button.addEventListener('click', () => {
      whatsNew.dismiss();
      dialog.remove();
    });
    document.body.append(dialog);
    whatsNew.show();
  }

  private show(screen: HTMLElement): void {
    document.getElementById('wa_web_initial_startup')?.remove();
    this.app.replaceChildren(element('div', {}, screen));
  }
}

/** Draws the QR code on a canvas, without a quiet zone since the screen around it is white. */
function drawQr(text: string): HTMLCanvasElement {
  const border = 1;
  const rows = encodeQr(text, 'raw', { ecc: 'low', border }).slice(border, -border);
  const module = Math.floor(qrPixels / rows.length);
  const offset = Math.floor((qrPixels - module * rows.length) / 2);
  const canvas = document.createElement('canvas');
  canvas.width = qrPixels;
  canvas.height = qrPixels;
  canvas.setAttribute('aria-label', 'Scan this QR code to link a device!');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser has no 2d canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, qrPixels, qrPixels);
  context.fillStyle = '#122e31';
  rows.forEach((row, y) => {
    row.slice(border, -border).forEach((dark, x) => {
      if (dark) context.fillRect(offset + x * module, offset + y * module, module, module);
    });
  });
  return canvas;
}

/** Creates an element with attributes and children; a string becomes a text node. */
function element(name: string, attributes: Record<string, string> = {}, ...children: (Node | string)[]): HTMLElement {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  node.append(...children);
  return node;
}
