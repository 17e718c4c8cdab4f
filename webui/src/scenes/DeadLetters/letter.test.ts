import { expect, it } from 'vitest';
import { placeOf, wordsOf } from './letter';

it('says a type of event in words', () => {
  expect(wordsOf('StoryUpdated')).toBe('Story updated');
  expect(wordsOf('MemberRoleChanged')).toBe('Member role changed');
  expect(wordsOf('')).toBe('');
});

it('leads to what changed, where that has a page', () => {
  expect(placeOf({ type: 'StoryCreated', subject: 's1' })).toBe('/stories/s1');
  expect(placeOf({ type: 'LegacyUpdated', subject: 'l1' })).toBe('/legacies/l1');
  expect(placeOf({ type: 'SessionEnded', subject: 'x' })).toBeNull();
});
