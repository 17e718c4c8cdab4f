import { describe, expect, it } from 'vitest';
import { edtfToWords, isEdtf, readDate } from './edtf';

describe('a kept date, in words', () => {
  it.each([
    ['1957', '1957'],
    ['1957-03', 'March 1957'],
    ['1957-03-14', '14 March 1957'],
    ['1957~', 'about 1957'],
    ['1957?', 'perhaps 1957'],
    ['1957-03%', 'perhaps about March 1957'],
    ['195X', 'the 1950s'],
    ['19XX', 'the 1900s'],
    ['1957-XX', 'sometime in 1957'],
    ['1957-03-XX', 'sometime in March 1957'],
    ['1957-21', 'spring 1957'],
    ['1957-24~', 'about winter 1957'],
    ['1944/1946', '1944 to 1946'],
    ['1944-05/1945-05-08', 'May 1944 to 8 May 1945'],
    ['1970/..', '1970 and after'],
    ['../1950', '1950 and before'],
    ['0044', '44'],
  ])('%s reads "%s"', (edtf, words) => {
    expect(edtfToWords(edtf)).toBe(words);
  });

  it('shows what it cannot read as it is', () => {
    expect(edtfToWords('once upon a time')).toBe('once upon a time');
  });
});

describe('what is no date', () => {
  it.each([
    '1957-13', '1957-02-29', '1957-04-31', '1957-00', '1957-24-01', '195X-03', '57', '-0044',
    '1946/1944', '../..', '1957/', '1957~~', 'Y12345', '',
  ])('refuses "%s"', (text) => {
    expect(isEdtf(text)).toBe(false);
  }); // prettier-ignore

  it('knows leap years', () => {
    expect(isEdtf('1956-02-29')).toBe(true);
    expect(isEdtf('1900-02-29')).toBe(false);
    expect(isEdtf('2000-02-29')).toBe(true);
  });
});

describe('a date as people write it', () => {
  it.each([
    ['1957', '1957'],
    ['  1957-03 ', '1957-03'],
    ['195x', '195X'],
    ['about 1957', '1957~'],
    ['About Winter 1957', '1957-24~'],
    ['perhaps about 1957', '1957%'],
    ['maybe in 1957', '1957?'],
    ['circa 1957', '1957~'],
    ['the 1950s', '195X'],
    ["1950's", '195X'],
    ['the 1900s', '19XX'],
    ['winter 1957', '1957-24'],
    ['fall of 1957', '1957-23'],
    ['in the summer of 1957', '1957-22'],
    ['March 1957', '1957-03'],
    ['mar 1957', '1957-03'],
    ['14 March 1957', '1957-03-14'],
    ['March 14, 1957', '1957-03-14'],
    ['14th of March 1957', '1957-03-14'],
    ['1944 to 1946', '1944/1946'],
    ['from 1944 to about 1946', '1944/1946~'],
    ['between 1944 and 1946', '1944/1946'],
    ['1944–1946', '1944/1946'],
    ['1944-1946', '1944/1946'],
    ['before 1950', '../1950'],
    ['after 1970', '1970/..'],
    ['since March 1970', '1970-03/..'],
  ])('reads "%s" as %s', (typed, edtf) => {
    expect(readDate(typed)).toBe(edtf);
  });

  it.each([
    '',
    'yesterday',
    '3/4/57',
    '31 April 1957',
    '1946 to 1944',
    'March',
    '14 March',
    'marble 1957',
  ])('does not guess at "%s"', (typed) => {
    expect(readDate(typed)).toBeNull();
  });

  it('reads its own words back, so that a form shows words and keeps the date', () => {
    for (const edtf of ['1957', '1957-03-14', '1957-24~', '195X', '1944/1946', '1957?', '1957%']) {
      expect(readDate(edtfToWords(edtf))).toBe(edtf);
    }
  });
});
