/** IndexedDB databases of the page and their stores, with the names of real profiles. */
const stores = {
  'signal-storage': ['signal-meta-store'],
  wawc: ['user'],
  'model-storage': ['message', 'contact'],
} as const;
export type DatabaseName = keyof typeof stores;
export type StoreName<D extends DatabaseName> = (typeof stores)[D][number];

const open = new Map<DatabaseName, Promise<IDBDatabase>>();

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function database(name: DatabaseName): Promise<IDBDatabase> {
  let opened = open.get(name);
  if (!opened) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of stores[name]) request.result.createObjectStore(store);
    };
    opened = done(request);
    open.set(name, opened);
  }
  return opened;
}

async function store<D extends DatabaseName>(name: D, storeName: StoreName<D>, mode: IDBTransactionMode) {
  return (await database(name)).transaction(storeName, mode).objectStore(storeName);
}

export async function idbGet<D extends DatabaseName>(name: D, storeName: StoreName<D>, key: string): Promise<unknown> {
  return done((await store(name, storeName, 'readonly')).get(key));
}

export async function idbAll<D extends DatabaseName>(name: D, storeName: StoreName<D>): Promise<unknown[]> {
  return done((await store(name, storeName, 'readonly')).getAll());
}

/** Resolves when the transaction is complete, which is as durable as the browser guarantees. */
export async function idbPut<D extends DatabaseName>(
  name: D,
  storeName: StoreName<D>,
  entries: readonly (readonly [key: string, value: unknown])[],
): Promise<void> {
  const target = await store(name, storeName, 'readwrite');
  for (const [key, value] of entries) target.put(value, key);
  await new Promise<void>((resolve, reject) => {
    target.transaction.oncomplete = () => resolve();
    target.transaction.onerror = () => reject(target.transaction.error);
  });
}

/** Deletes the entries of these keys. */
export async function idbDelete<D extends DatabaseName>(
  name: D,
  storeName: StoreName<D>,
  keys: readonly string[],
): Promise<void> {
  const target = await store(name, storeName, 'readwrite');
  await Promise.all(keys.map((key) => done(target.delete(key))));
}

/** Deletes every database of the page. */
export async function idbWipe(): Promise<void> {
  for (const opened of open.values()) (await opened).close();
  open.clear();
  await Promise.all(Object.keys(stores).map((name) => done(indexedDB.deleteDatabase(name)).catch(() => undefined)));
}
