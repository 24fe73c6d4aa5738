/**
 * This name distinguishes a page of the replica from one of the real site: a `meta` element of its html, and a cookie of the profiles that
 * opened it. What a program keeps of a replica under the number of a real build would break it on the real site.
 */
export const replicaMark = 'wwebjs-canary-replica';
