/** Paths of a 16 x 16 picture. Drawn, not typed: a machine without a symbol font would show empty boxes for ✓ and ✗. */
export const iconPaths = {
  passed: 'M2.5 8.5 6.5 12.5 13.5 4',
  failed: 'M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5',
  infra: 'M8 2.5V9.5M8 12.9V13',
  'not-run': 'M7.9 8H8.1',
  connected: 'M2.5 8.5 6.5 12.5 13.5 4',
  authenticated: 'M8 2.5V8L11.5 10M2.5 8A5.5 5.5 0 1 0 13.5 8A5.5 5.5 0 1 0 2.5 8',
  qr_scanning: 'M2.5 2.5H6.5V6.5H2.5ZM9.5 2.5H13.5V6.5H9.5ZM2.5 9.5H6.5V13.5H2.5ZM9.5 9.5V13.5M13.5 9.5V13.5',
  disconnected: 'M2.5 13.5 13.5 2.5M2.5 8A5.5 5.5 0 1 0 13.5 8A5.5 5.5 0 1 0 2.5 8',
  inactive: 'M3.5 8H12.5',
  ascending: 'M8 13V3.5M4 7.5 8 3.5 12 7.5',
  back: 'M13 8H3.5M7.5 4 3.5 8 7.5 12',
  descending: 'M8 3V12.5M4 8.5 8 12.5 12 8.5',
} as const;
export type IconName = keyof typeof iconPaths;
