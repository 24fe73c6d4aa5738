/**
 * Countries in which WhatsApp stores a mobile number with or without a digit that people dial, which cannot be predicted: the 9 of
 * Brazil after the area code, the 1 of Mexico and the 9 of Argentina after the country code
 * (https://support.whapi.cloud/help-desk/specifics-of-sending-messages-to-numbers-of-different-countries,
 * https://github.com/wwebjs/whatsapp-web.js/issues/596).
 */
const withOrWithout: readonly RegExp[] = [/^(55\d\d)9?(\d{8})$/, /^(52)1?(\d{10})$/, /^(54)9?(\d{10})$/];

/** True when two numbers, both in digits, belong to the same phone. */
export function isSameNumber(asked: string, real: string): boolean {
  return shortest(asked) === shortest(real);
}

function shortest(digits: string): string {
  return withOrWithout.reduce((text, number) => text.replace(number, '$1$2'), digits);
}
