import { expect, it } from 'vitest';
import { ApiError, fieldMessages } from './errors';

it('a refusal names each field by its pointer, and keeps the rest apart', () => {
  const refused = new ApiError(422, {
    errors: [
      { pointer: '/title', message: 'Too long.' },
      { pointer: '/tags/3', message: 'Empty tag.' },
      { pointer: '/tags/4', message: 'Too long a tag.' },
      { pointer: '/legacy_id', message: 'No such legacy.' },
      { pointer: 'If-Match', message: 'Missing.' },
    ],
  });
  expect(fieldMessages(refused, ['title', 'tags'])).toEqual({
    at: { title: 'Too long.', tags: 'Empty tag. Too long a tag.' },
    other: ['No such legacy.', 'Missing.'],
  });
});

it('anything else names none', () => {
  expect(fieldMessages(new Error('x'), ['title'])).toEqual({ at: {}, other: [] });
  expect(fieldMessages(null, ['title'])).toEqual({ at: {}, other: [] });
});
