import { workerPath } from '../../contracts/boot.ts';
import type { Surface } from '../../contracts/surface.ts';

/** Whether a path is that of the service worker of a page. */
export function isServiceWorker(path: string, { face }: Surface): boolean {
  return path === workerPath(face);
}

/**
 * The script of the service worker. It names its build as the real one does, where clients read it out of the text. It takes over at once,
 * and deletes what workers of other builds have kept. [modules WAWebSwBase and WAWebSwCacheHelper of 2026]
 *
 * @param keepsPage whether it answers with the html that it got when it was installed; otherwise the page comes from the site
 */
export function serviceWorkerScript({ build }: Surface, keepsPage: boolean): string {
  const revision = Number(build.split('.')[2]);
  const site = { server_revision: revision, client_revision: revision };
  const data = JSON.stringify({ dynamic_data: { dynamic_modules: { SiteData: site } } });
  return `self.__swData = JSON.parse(${JSON.stringify(data)});
const cacheName = ${JSON.stringify(`wa${build}`)};
addEventListener('install', (event) => event.waitUntil((async () => {
  if (${keepsPage}) await (await caches.open(cacheName)).add('/').catch(() => {});
  await skipWaiting();
})()));
addEventListener('activate', (event) => event.waitUntil((async () => {
  await clients.claim();
  for (const name of await caches.keys()) if (name !== cacheName) await caches.delete(name);
})()));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (!${keepsPage} || request.mode !== 'navigate' || new URL(request.url).pathname !== '/') return;
  event.respondWith(caches.open(cacheName).then((cache) => cache.match('/')).then((kept) => kept ?? fetch(request)));
});
`;
}
