import i18next from './setup';

/** Dates are written day before month in English too: families read "14 March 1957" everywhere. */
export function dateLocale(): string {
  return i18next.language === 'en' ? 'en-GB' : i18next.language;
}

const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long', year: 'numeric' };
const minute: Intl.DateTimeFormatOptions = { ...day, hour: 'numeric', minute: '2-digit' };

/** An instant (RFC 3339) as "14 March 2026". */
export function dayOf(time: string): string {
  return new Intl.DateTimeFormat(dateLocale(), day).format(new Date(time));
}

/** An instant (RFC 3339) as "14 March 2026 at 18:05". */
export function minuteOf(time: string): string {
  return new Intl.DateTimeFormat(dateLocale(), minute).format(new Date(time));
}

/** A BCP 47 tag as "German"; the tag itself when nobody knows it. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([i18next.language], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** Languages offered in forms; any other tag a story already has is kept and offered as well. */
export const offeredLanguages = [
  'en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'da', 'sv', 'nb', 'fi', 'pl', 'cs', 'hu', 'ro', 'el',
  'tr', 'ru', 'uk', 'he', 'ar', 'fa', 'hi', 'zh', 'ja', 'ko',
]; // prettier-ignore

export function languageChoices(current?: string): { value: string; label: string }[] {
  const tags = current ? [...new Set([...offeredLanguages, current])] : offeredLanguages;
  return tags
    .map((value) => ({ value, label: languageName(value) }))
    .sort((a, b) => a.label.localeCompare(b.label, i18next.language));
}

const excerptLength = 280;

/** The server cuts an excerpt at 280 characters; a cut in the middle should look like one. */
export function excerptOf(excerpt: string): string {
  if ([...excerpt].length < excerptLength) return excerpt;
  return `${excerpt.replace(/\s+\S*$/u, '').replace(/[\s,;:.–—-]+$/u, '')}…`;
}
