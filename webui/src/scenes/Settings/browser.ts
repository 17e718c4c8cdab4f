export interface Browser {
  name: string;
  system: string;
  mobile: boolean;
}

// In this order: most browsers also call themselves by the names further down.
const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/\biPad\b/, 'iPad'],
  [/\biPhone\b/, 'iPhone'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

const first = (known: [RegExp, string][], agent: string) =>
  known.find(([sign]) => sign.test(agent))?.[1] ?? '';

/**
 * What a User-Agent says, in the words a person knows their things by. Enough to tell one's own
 * devices apart; empty where it says nothing.
 */
export function browserOf(agent: string): Browser {
  const system = first(systems, agent);
  return {
    name: first(browsers, agent),
    system,
    mobile: ['iPad', 'iPhone', 'Android'].includes(system),
  };
}
