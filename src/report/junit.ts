import { hostname } from 'node:os';
import { escapeXml } from './escape-xml.ts';

/** A reader of JUnit takes what stands before a dot for the package: `1.34.7` would be in package 1.34. */
export function className(text: string): string {
  return escapeXml(text.replaceAll('.', '_'));
}

/** The attributes of a suite that say when and where. JUnit has times without a zone: these are UTC, as in the other reports. */
export function suiteOrigin(at: string): string {
  return `timestamp="${at.slice(0, 19)}" hostname="${escapeXml(hostname())}"`;
}
