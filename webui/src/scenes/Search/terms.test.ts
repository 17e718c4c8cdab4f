import { expect, it } from 'vitest';
import { filtersOf, isBlank, readTerms, withoutFilter, writeTerms } from './terms';

it('a search survives the address bar', () => {
  const terms = { q: 'a & b', legacy: 'x', tag: ['one', 'two words'], from: '1949', lang: 'de' };
  expect(readTerms(writeTerms(terms))).toEqual(terms);
});

it('drops what is empty, doubled or too much', () => {
  const search = new URLSearchParams('q=%20&author=&tag=a&tag=a&tag=');
  for (let tag = 0; tag < 12; tag += 1) search.append('tag', `t${tag}`);
  const terms = readTerms(search);
  expect(terms.q).toBeUndefined();
  expect(terms.author).toBeUndefined();
  expect(terms.tag).toHaveLength(8);
});

it('takes one filter away and leaves the others', () => {
  const terms = readTerms(new URLSearchParams('q=x&tag=a&tag=b&from=1949'));
  const filters = filtersOf(terms);
  expect(filters).toHaveLength(3);
  expect(withoutFilter(terms, { name: 'tag', value: 'a' }).tag).toEqual(['b']);
  const rest = withoutFilter(withoutFilter(terms, { name: 'tag', value: 'a' }), {
    name: 'tag',
    value: 'b',
  });
  expect(rest.tag).toBeUndefined();
  expect(writeTerms(withoutFilter(rest, { name: 'from', value: '1949' })).toString()).toBe('q=x');
});

it('knows when nothing was asked', () => {
  expect(isBlank(readTerms(new URLSearchParams('')))).toBe(true);
  expect(isBlank(readTerms(new URLSearchParams('lang=de')))).toBe(false);
});
