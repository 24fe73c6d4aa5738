import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type PhoneMessage, platforms } from '../../contracts/phone-control.ts';
import {
  contentSchema,
  contextSchema,
  eventResponses,
  linkedPageSchema,
  messageSchema,
} from '../../contracts/replica-message.ts';
import type { Notification } from '../../contracts/replica-notifications.ts';
import {
  businessProfileSchema,
  type CallRecord,
  chatStateSchema,
  privacySchema,
} from '../../contracts/replica-profiles.ts';
import { contactRecordSchema } from '../../contracts/replica-protocol.ts';
import { mutationSchema } from '../../contracts/replica-queries.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import type { ReplicaCore } from '../server/replica-core.ts';
import type { Device, ReplicaAccount } from '../world/accounts.ts';
import { channelSchema } from '../world/channels.ts';
import { groupSchema } from '../world/groups.ts';
import type { World } from '../world/world.ts';
import { earlierPhonesSchema } from './earlier-phones.ts';
import type { Phones } from './phones.ts';

/** Changes within this time, in milliseconds, are written together. */
const writeAfterMs = 50;

type KeptDevice = Omit<Device, 'deliver' | 'isLive'>;

/** A phone and its account, without what ends with the process. */
export interface KeptPhone {
  id: string;
  /** X25519 secret key of the account, base64. */
  accountKey: string;
  account: Omit<ReplicaAccount, 'devices'> & { devices: KeptDevice[] };
}

const deviceSchema = z.strictObject({
  id: z.int().positive(),
  number: z.string(),
  noisePub: z.base64(),
  identityPub: z.base64(),
  linkedAt: z.string(),
  sync: z.enum(['pending', 'done']),
  undelivered: z.array(messageSchema),
  missed: z.array(z.custom<Notification>()),
  oldest: z.record(z.string(), z.string()).exactOptional(),
}) satisfies z.ZodType<KeptDevice>;

const deed = { from: z.string(), at: z.int() };
const phoneMessageSchema = z.strictObject({
  ...contextSchema.shape,
  id: z.string(),
  from: z.string(),
  to: z.string(),
  body: z.string(),
  content: contentSchema,
  t: z.int(),
  ack: z.int(),
  quoted: z.string().exactOptional(),
  reactions: z.array(z.strictObject({ ...deed, text: z.string() })).exactOptional(),
  votes: z.array(z.strictObject({ ...deed, options: z.array(z.string()) })).exactOptional(),
  responses: z.array(z.strictObject({ ...deed, response: z.enum(eventResponses) })).exactOptional(),
  editedAt: z.int().exactOptional(),
  revokedBy: z.string().exactOptional(),
  pin: z.strictObject({ ...deed, isPinned: z.boolean(), seconds: z.int() }).exactOptional(),
  isStarred: z.boolean().exactOptional(),
}) satisfies z.ZodType<PhoneMessage>;

const phoneSchema = z.strictObject({
  id: z.string(),
  accountKey: z.base64(),
  account: z.strictObject({
    number: z.string(),
    lid: z.string(),
    pushname: z.string(),
    platform: z.enum(platforms).default('android'),
    about: z.string().optional(),
    picture: z.strictObject({ id: z.string(), data: z.base64() }).optional(),
    privacy: privacySchema.optional(),
    business: businessProfileSchema.optional(),
    blocked: z.array(z.string()).default([]),
    calls: z.array(z.custom<CallRecord>()).default([]),
    isAvailable: z.boolean().default(false),
    chatStates: z.record(z.string(), chatStateSchema).default({}),
    contacts: z.array(contactRecordSchema),
    devices: z.array(deviceSchema),
    nextDeviceId: z.int(),
    messages: z.array(messageSchema),
    mutations: z.array(mutationSchema),
    received: z.array(phoneMessageSchema),
    sent: z.array(phoneMessageSchema),
    receipts: z
      .array(
        z.strictObject({
          message: z.string(),
          by: z.string(),
          device: z.int().min(0).default(0),
          ack: z.int(),
          t: z.int(),
        }),
      )
      .default([]),
  }),
}) satisfies z.ZodType<KeptPhone>;

const fileSchema = z.strictObject({
  schemaVersion: z.literal(2),
  phones: z.array(phoneSchema),
  groups: z.array(groupSchema).default([]),
  channels: z.array(channelSchema).default([]),
  links: z.array(z.tuple([z.string(), linkedPageSchema])).default([]),
});

/** A file of this release or of an earlier one. */
const anyFileSchema = z.preprocess((file) => {
  const earlier = earlierPhonesSchema.safeParse(file);
  return earlier.success ? earlier.data : file;
}, fileSchema);

/** The phones and groups of a replica in the file `phones.json` of a folder: read at its start, written after every change. */
export class KeptPhones {
  private readonly file: string;
  private readonly phones: Phones;
  private readonly world: World;
  private timer: NodeJS.Timeout | undefined;

  /** @throws InputError for a file that is not of a replica. */
  constructor(folder: string, phones: Phones, core: ReplicaCore) {
    this.file = join(folder, 'phones.json');
    this.phones = phones;
    this.world = core.world;
    if (existsSync(this.file)) {
      const kept = parseYamlFile(this.file, anyFileSchema);
      for (const phone of kept.phones) phones.restore(phone);
      for (const group of kept.groups) this.world.groups.add(group);
      for (const channel of kept.channels) this.world.channels.add(channel);
      for (const [url, page] of kept.links) this.world.links.set(url, page);
    }
    // The change that an event reports may follow it.
    core.onEvent(() => {
      this.timer ??= setTimeout(() => this.write(), writeAfterMs);
    });
  }

  /** Writes the file beside itself first: a process that is killed meanwhile leaves the file whole. */
  write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const next = `${this.file}.next`;
    writeFileSync(
      next,
      JSON.stringify({
        schemaVersion: 2,
        phones: this.phones.kept(),
        groups: this.world.groups.all(),
        channels: this.world.channels.all(),
        links: [...this.world.links],
      }),
      {
        mode: 0o600,
      },
    );
    renameSync(next, this.file);
  }
}
