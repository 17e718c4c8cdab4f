// Dates as families know them: EDTF (ISO 8601-2) level 0 and the parts of level 1 that the daemon takes
// (appliance/domain/edtf.h), in words and out of words.
// The server has the last word on what is valid; this spares a round trip and reads kindly.
import { dateLocale } from './format';
import i18next from './setup';

type Qualifier = '' | '~' | '?' | '%';
interface Point {
  /** Digits with X for unknown ones: "1957", "195X", "19XX". */
  year: string;
  /** "01" to "12", "21" to "24" for seasons, "XX"; empty when not said. */
  month: string;
  day: string;
  qualifier: Qualifier;
}
interface Span {
  from: Point | null;
  to: Point | null;
}

const pointPattern = /^(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2}|XX)(?:-(\d{2}|XX))?)?([~?%]?)$/;

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function parsePoint(text: string): Point | null {
  const match = pointPattern.exec(text);
  if (!match) return null;
  const [, year = '', month = '', day = '', qualifier = ''] = match;
  if (year.includes('X') && month) return null;
  if (month === 'XX' && day && day !== 'XX') return null;
  if (month && month !== 'XX') {
    const number = Number(month);
    const season = number >= 21 && number <= 24;
    if (!season && (number < 1 || number > 12)) return null;
    if (season && day) return null;
    if (day && day !== 'XX') {
      if (Number(day) < 1 || Number(day) > daysIn(Number(year), number)) return null;
    }
  }
  return { year, month, day, qualifier: qualifier as Qualifier };
}

function parse(text: string): Point | Span | null {
  if (text.length > 64) return null;
  const parts = text.split('/');
  if (parts.length === 1) return parsePoint(text);
  if (parts.length !== 2) return null;
  const [from = '', to = ''] = parts;
  const open = (part: string) => part === '..';
  if (open(from) && open(to)) return null;
  const start = open(from) ? null : parsePoint(from);
  const end = open(to) ? null : parsePoint(to);
  if ((!open(from) && !start) || (!open(to) && !end)) return null;
  if (start && end && earliest(start) > earliest(end)) return null;
  return { from: start, to: end };
}

// A sortable first moment; enough to see that an interval runs forwards.
function earliest(point: Point): number {
  const seasons: Record<string, number> = { '21': 3, '22': 6, '23': 9, '24': 12 };
  const month = seasons[point.month] ?? (Number(point.month.replaceAll('X', '0')) || 1);
  const day = Number(point.day.replaceAll('X', '0')) || 1;
  return Number(point.year.replaceAll('X', '0')) * 10000 + month * 100 + day;
}

export function isEdtf(text: string): boolean {
  return parse(text) !== null;
}

function pointWords(point: Point): string {
  const { t } = i18next;
  const words = bareWords(point);
  if (point.qualifier === '~') return t('date.about', { date: words });
  if (point.qualifier === '?') return t('date.uncertain', { date: words });
  if (point.qualifier === '%') return t('date.aboutUncertain', { date: words });
  return words;
}

function bareWords({ year, month, day }: Point): string {
  const { t } = i18next;
  if (year.endsWith('XX')) return t('date.century', { year: year.replace('XX', '00') });
  if (year.endsWith('X')) return t('date.decade', { year: year.replace('X', '0') });
  const spoken = String(Number(year));
  if (!month) return spoken;
  if (month === 'XX') return t('date.sometimeIn', { date: spoken });
  if (month === '21') return t('date.spring', { year: spoken });
  if (month === '22') return t('date.summer', { year: spoken });
  if (month === '23') return t('date.autumn', { year: spoken });
  if (month === '24') return t('date.winter', { year: spoken });
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, day && day !== 'XX' ? Number(day) : 1);
  const words = new Intl.DateTimeFormat(dateLocale(), {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'long',
    ...(day && day !== 'XX' ? { day: 'numeric' } : {}),
  }).format(date);
  return day === 'XX' ? t('date.sometimeIn', { date: words }) : words;
}

/** "1957-24~" as "about winter 1957". What is not EDTF comes back as it is. */
export function edtfToWords(text: string): string {
  const parsed = parse(text);
  if (!parsed) return text;
  if ('year' in parsed) return pointWords(parsed);
  const { t } = i18next;
  const { from, to } = parsed;
  if (from && to) return t('date.interval', { from: pointWords(from), to: pointWords(to) });
  if (from) return t('date.since', { date: pointWords(from) });
  return to ? t('date.until', { date: pointWords(to) }) : text;
}

function monthNumber(word: string): number | null {
  for (let month = 0; month < 12; month += 1) {
    const date = new Date(Date.UTC(2001, month, 1));
    for (const style of ['long', 'short'] as const) {
      const name = new Intl.DateTimeFormat(i18next.language, { month: style, timeZone: 'UTC' });
      if (name.format(date).toLowerCase().replace('.', '') === word) return month + 1;
    }
  }
  return null;
}

const two = (number: number | string) => String(number).padStart(2, '0');
const phrase = (words: string, rest = '') =>
  new RegExp(`^(?:${words})(?![\\p{L}])\\s*${rest}`, 'u');

function readPoint(text: string): string | null {
  if (parsePoint(text.toUpperCase())) return text.toUpperCase();
  const { t } = i18next;
  let rest = text;
  let qualifier = '';
  const about = phrase(t('date.read.about'));
  const uncertain = phrase(t('date.read.uncertain'));
  const filler = phrase(t('date.read.filler'));
  for (let before = ''; before !== rest;) {
    before = rest;
    if (uncertain.test(rest)) qualifier = qualifier === '~' ? '%' : '?';
    rest = rest.replace(uncertain, '');
    if (about.test(rest)) qualifier = qualifier === '?' ? '%' : '~';
    rest = rest.replace(about, '').replace(filler, '');
  }
  const bare = readBare(rest.trim());
  return bare && parsePoint(bare + qualifier) ? bare + qualifier : null;
}

function readBare(text: string): string | null {
  if (parsePoint(text.toUpperCase())) return text.toUpperCase();
  const { t } = i18next;
  const decade = /^(\d{3})0['’]?s$/.exec(text);
  if (decade) return decade[1]?.endsWith('0') ? `${decade[1].slice(0, 2)}XX` : `${decade[1]}X`;
  const seasons = ['spring', 'summer', 'autumn', 'winter'] as const;
  for (const [index, season] of seasons.entries()) {
    const words = t(`date.read.${season}`);
    const match = new RegExp(
      `^(?:${words})\\s+(?:(?:${t('date.read.filler')})\\s+)?(\\d{4})$`,
    ).exec(text);
    if (match) return `${match[1]}-${21 + index}`;
  }
  const words = text.replaceAll(/[,.]/g, ' ').split(/\s+/).filter(Boolean);
  const filler = new RegExp(`^(?:${t('date.read.filler')})$`);
  const numbers: string[] = [];
  let month: number | null = null;
  for (const word of words) {
    if (filler.test(word)) continue;
    const named = monthNumber(word);
    if (named && month === null) month = named;
    else if (/^\d{1,2}(?:st|nd|rd|th)?$/.test(word)) numbers.push(String(Number.parseInt(word)));
    else if (/^\d{4}$/.test(word)) numbers.push(word);
    else return null;
  }
  if (month === null) return null;
  const year = numbers.find((number) => number.length === 4);
  const days = numbers.filter((number) => number.length < 4);
  if (!year || numbers.length > 2 || days.length > 1) return null;
  return days[0] ? `${year}-${two(month)}-${two(days[0])}` : `${year}-${two(month)}`;
}

/**
 * What somebody wrote as a date ("about 1957", "Winter 1957", "1944 to 1946", EDTF itself) as EDTF;
 * null when it cannot be read. Numbers alone like 3/4/57 are refused: nobody knows which is the month.
 */
export function readDate(input: string): string | null {
  const text = input.trim().replaceAll(/\s+/g, ' ');
  if (!text) return null;
  if (isEdtf(text.toUpperCase())) return text.toUpperCase();
  const lower = text.toLowerCase();
  const { t } = i18next;
  const point = readPoint(lower);
  if (point) return point;
  for (const [words, build] of [
    [t('date.read.before'), (date: string) => `../${date}`],
    [t('date.read.after'), (date: string) => `${date}/..`],
  ] as const) {
    const opener = phrase(words);
    if (!opener.test(lower)) continue;
    const date = readPoint(lower.replace(opener, '').trim());
    if (date) return build(date);
  }
  const span = lower.replace(phrase(t('date.read.from')), '');
  const joint = new RegExp(
    `\\s*(?:[–—]|\\s(?:${t('date.read.to')}|${t('date.read.and')})\\s|(?<=^\\d{4})-(?=\\d{4}$))\\s*`,
    'u',
  );
  const sides = span.split(joint);
  if (sides.length !== 2) return null;
  const from = readPoint((sides[0] ?? '').trim());
  const to = readPoint((sides[1] ?? '').trim());
  return from && to && isEdtf(`${from}/${to}`) ? `${from}/${to}` : null;
}
