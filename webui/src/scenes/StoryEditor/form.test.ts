import { describe, expect, it } from 'vitest';
import type { Story } from '@/api/types';
import { check, createOf, formOf, isDirty, patchOf, wholeOf } from './form';

const story: Story = {
  id: 's',
  legacy_id: 'l',
  title: 'The loaf',
  content: { type: 'doc', content: [] },
  text: '',
  status: 'published',
  tags: ['bread'],
  language: 'en',
  happened_at: '1957-24~',
  place: 'Leiden',
  author: 'Rosa',
  created_by: { id: 'r', name: 'Rosa' },
  revision: 1,
  version: 1,
  may: ['edit'],
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
};
const content = { type: 'doc', content: [{ type: 'paragraph' }] };

describe('a story in its form', () => {
  it('shows the date in words and has nothing to save', () => {
    const form = formOf(story);
    expect(form.happened).toBe('about winter 1957');
    expect(isDirty(form, form)).toBe(false);
    expect(patchOf(form, form, 'Me')).toEqual({});
  });

  it('shows the date as it is kept when words would lose something', () => {
    const happened = formOf({ ...story, happened_at: '1957-03-XX' }).happened;
    expect(happened).toBe('1957-03-XX');
  });

  it('sends what changed and that alone', () => {
    const saved = formOf(story);
    expect(patchOf({ ...saved, title: 'The first loaf', content }, saved, 'Me')).toEqual({
      title: 'The first loaf',
      content,
    });
    expect(patchOf({ ...saved, happened: '', place: ' ' }, saved, 'Me')).toEqual({
      happened_at: null,
      place: null,
    });
    expect(patchOf({ ...saved, author: '' }, saved, 'Me')).toEqual({ author: 'Me' });
  });

  it('sees no change in another spelling of the same date', () => {
    const saved = formOf(story);
    expect(patchOf({ ...saved, happened: 'circa winter 1957' }, saved, 'Me')).toEqual({});
  });

  it('sends a note only beside a change', () => {
    const saved = formOf(story);
    expect(patchOf({ ...saved, note: 'why' }, saved, 'Me')).toEqual({});
    expect(patchOf({ ...saved, tags: [], note: 'why' }, saved, 'Me')).toEqual({
      tags: [],
      note: 'why',
    });
  });

  it('sends everything when mine is to stand on top', () => {
    expect(wholeOf({ ...formOf(story), content }, 'Me')).toEqual({
      title: 'The loaf',
      content,
      happened_at: '1957-24~',
      place: 'Leiden',
      author: 'Rosa',
      language: 'en',
      tags: ['bread'],
      status: 'published',
    });
  });

  it('leaves out of a new story what nobody wrote', () => {
    const blank = { ...formOf(story), happened: '', place: '', author: '', tags: [] };
    expect(createOf(blank, 'l')).toEqual({
      legacy_id: 'l',
      title: 'The loaf',
      language: 'en',
      tags: [],
      status: 'published',
    });
  });

  it('is not sent without a title or with a date nobody can read', () => {
    expect(check({ ...formOf(story), title: '  ', happened: 'once' })).toEqual({
      title: 'missing',
      happened_at: 'unreadable',
    });
    expect(check(formOf(story))).toEqual({});
  });
});
