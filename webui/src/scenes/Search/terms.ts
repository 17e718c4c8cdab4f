// A search as the address bar keeps it, so that a search can be bookmarked, shared and gone back to.
import type { SearchTerms } from '@/api/queries';
import type { StoryStatus } from '@/api/types';

const single = ['legacy', 'author', 'from', 'to', 'lang', 'status'] as const;
type Single = (typeof single)[number];

const statuses: readonly StoryStatus[] = ['draft', 'published', 'archived'];

export function readTerms(search: URLSearchParams): SearchTerms {
  const terms: SearchTerms = {};
  const q = search.get('q')?.trim();
  if (q) terms.q = q.slice(0, 400);
  for (const name of single) {
    const value = search.get(name)?.trim();
    if (!value) continue;
    if (name !== 'status') terms[name] = value;
    else terms.status = statuses.find((status) => status === value);
  }
  const tags = [...new Set(search.getAll('tag').map((tag) => tag.trim()))].filter(Boolean);
  if (tags.length > 0) terms.tag = tags.slice(0, 8);
  return terms;
}

export function writeTerms(terms: SearchTerms): URLSearchParams {
  const search = new URLSearchParams();
  if (terms.q) search.set('q', terms.q);
  for (const name of single) {
    const value = terms[name];
    if (value) search.set(name, value);
  }
  for (const tag of terms.tag ?? []) search.append('tag', tag);
  return search;
}

export interface Filter {
  name: Single | 'tag';
  value: string;
}

export function filtersOf(terms: SearchTerms): Filter[] {
  const filters: Filter[] = [];
  for (const name of single) {
    const value = terms[name];
    if (value) filters.push({ name, value });
  }
  for (const value of terms.tag ?? []) filters.push({ name: 'tag', value });
  return filters;
}

export function withoutFilter(terms: SearchTerms, { name, value }: Filter): SearchTerms {
  if (name === 'tag') {
    const tag = terms.tag?.filter((other) => other !== value);
    return { ...terms, tag: tag?.length ? tag : undefined };
  }
  return { ...terms, [name]: undefined };
}

/** Nothing asked yet: the page invites instead of listing everything. */
export function isBlank(terms: SearchTerms): boolean {
  return !terms.q && filtersOf(terms).length === 0;
}
