/** The reasons for a refusal, each with its HTTP status. */
export const refusalStatus = {
  'bad-request': 400,
  'token-wrong': 401,
  'qr-malformed': 400,
  'qr-foreign': 403,
  'qr-expired': 410,
  'qr-used': 409,
  'qr-secret-stale': 403,
  'qr-key-mismatch': 403,
  'page-gone': 409,
  'code-malformed': 400,
  'code-unknown': 404,
  'code-expired': 410,
  'phone-unknown': 404,
  'device-unknown': 404,
  'number-taken': 409,
  'not-linked': 409,
  'message-unknown': 404,
  'passkey-required': 403,
  'account-restricted': 403,
  'account-banned': 403,
  'condition-unknown': 400,
  'person-unknown': 404,
  'channel-unknown': 404,
  'channel-not-admin': 403,
  'channel-is-own': 409,
  'channel-full': 409,
  'channel-invite-unknown': 404,
  'channel-reaction-not-allowed': 403,
  'post-unknown': 404,
  'group-unknown': 404,
  'group-not-member': 403,
  'group-not-admin': 403,
  'group-invite-unknown': 404,
  'group-invite-revoked': 410,
  'group-removed': 403,
  'group-removed-from-community': 403,
  'group-full': 409,
  'group-member-already': 409,
  'group-is-community': 403,
  'group-not-linked': 409,
  'media-unknown': 404,
  'media-too-large': 413,
  'picture-none': 404,
  'picture-not-own': 403,
  'profile-hidden': 403,
  'call-unknown': 404,
} as const;
export type RefusalCode = keyof typeof refusalStatus;

/** A refusal of a phone, or of the phone control. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
