import { type Finding, finding } from './case.js';

const STANDINGS = ['confirmed', 'derived', 'masked', 'suspected', 'unexplained'] as const;

/** Of the bytes that differ, on both sides, how many stand how: from a report of `explain --format=json`. */
export function shareFindings(report: string): Finding[] {
  const accounts = accountsOf(report);
  if (accounts === undefined) return [];
  const total = STANDINGS.reduce((sum, standing) => sum + (accounts[standing] ?? 0), 0);
  return STANDINGS.flatMap((standing) => {
    const bytes = accounts[standing] ?? 0;
    return bytes === 0 ? [] : finding(`bytes that differ, ${standing}`, '%', [(100 * bytes) / total]);
  });
}

function accountsOf(report: string): Readonly<Record<string, number>> | undefined {
  try {
    const { causes } = JSON.parse(report) as { causes?: { accounts?: Readonly<Record<string, number>> } };
    return causes?.accounts;
  } catch {
    return undefined;
  }
}
