import { act, renderHook } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createStory, freshStory, updateStory } from '@/api/commands';
import { ApiError } from '@/api/errors';
import type { Story, Versioned } from '@/api/types';
import { keepDraft, readDraft } from '@/editor/drafts';
import { type StoryForm, formOf } from './form';
import { useStorySave } from './useStorySave';

vi.mock('@/api/commands');

const base: Story = {
  id: 's',
  legacy_id: 'l',
  title: 'The loaf',
  content: { type: 'doc', content: [] },
  text: '',
  status: 'published',
  tags: [],
  language: 'en',
  happened_at: null,
  place: null,
  author: 'Rosa',
  created_by: { id: 'r', name: 'Rosa' },
  revision: 1,
  version: 1,
  may: ['edit'],
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
};
const version = (etag: string, part: Partial<Story> = {}): Versioned<Story> => ({
  value: { ...base, ...part },
  etag,
});
const onCreated = vi.fn();
const open = (story: Versioned<Story> | null = version('"1"')) =>
  renderHook(() =>
    useStorySave({
      person: 'p',
      myName: 'Rosa',
      what: 's',
      story,
      legacyId: 'l',
      form: formOf(story?.value ?? { ...base, title: '' }),
      onCreated,
    }),
  );
const conflict = () => new ApiError(412, {});

beforeEach(() => {
  vi.resetAllMocks();
});

describe('saving a story', () => {
  it('goes from unsaved to saved, and the next save builds on the answer', async () => {
    vi.mocked(updateStory)
      .mockResolvedValueOnce(version('"2"'))
      .mockResolvedValueOnce(version('"3"'));
    const { result } = open();
    act(() => result.current.change({ title: 'The first loaf' }));
    expect(result.current.dirty).toBe(true);
    await act(() => result.current.save());
    expect(updateStory).toHaveBeenCalledWith('s', '"1"', { title: 'The first loaf' });
    expect(result.current).toMatchObject({ dirty: false, state: { is: 'saved' } });
    act(() => result.current.change({ place: 'Leiden' }));
    await act(() => result.current.save());
    expect(updateStory).toHaveBeenLastCalledWith('s', '"2"', { place: 'Leiden' });
  });

  it('keeps as unsaved what is typed while the answer is under way', async () => {
    let answer: (story: Versioned<Story>) => void = () => {};
    vi.mocked(updateStory).mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const { result } = open();
    act(() => result.current.change({ title: 'One' }));
    let saving = Promise.resolve();
    act(() => {
      saving = result.current.save();
    });
    act(() => result.current.change({ title: 'Two' }));
    await act(async () => {
      answer(version('"2"'));
      await saving;
    });
    expect(result.current.form.title).toBe('Two');
    expect(result.current.dirty).toBe(true);
  });

  it('sends nothing without a title', async () => {
    const { result } = open();
    act(() => result.current.change({ title: ' ' }));
    await act(() => result.current.save());
    expect(updateStory).not.toHaveBeenCalled();
    expect(result.current.errors.title).toBe('missing');
  });

  it('keeps the words when saving fails', async () => {
    vi.mocked(updateStory).mockRejectedValue(new ApiError(503, {}));
    const { result } = open();
    act(() => result.current.change({ title: 'One' }));
    await act(() => result.current.save());
    expect(result.current).toMatchObject({ dirty: true, state: { is: 'failed' } });
    expect(result.current.form.title).toBe('One');
  });

  it('creates a new story once and forgets its draft', async () => {
    vi.mocked(createStory).mockResolvedValue(version('"1"'));
    const { result, unmount } = open(null);
    act(() => result.current.change({ title: 'New' }));
    await act(() => result.current.save());
    expect(onCreated).toHaveBeenCalledOnce();
    unmount();
    expect(readDraft('p', 's')).toBeNull();
  });
});

describe('when somebody else saved meanwhile', () => {
  it('keeps my words, shows theirs, and puts mine on top when I say so', async () => {
    vi.mocked(updateStory).mockRejectedValueOnce(conflict()).mockResolvedValueOnce(version('"6"'));
    vi.mocked(freshStory).mockResolvedValue(version('"5"', { title: 'Theirs' }));
    const { result } = open();
    act(() => result.current.change({ title: 'Mine' }));
    await act(() => result.current.save());
    expect(result.current.state).toEqual({ is: 'conflict', theirs: null });
    await act(() => result.current.fetchTheirs());
    expect(result.current.state).toMatchObject({ theirs: { value: { title: 'Theirs' } } });
    expect(result.current.form.title).toBe('Mine');
    const mine = { type: 'doc', content: [{ type: 'paragraph' }] };
    await act(() => result.current.keepMine(mine));
    // All of mine, the untouched text as well: what is saved is what stands on the desk.
    expect(updateStory).toHaveBeenLastCalledWith(
      's',
      '"5"',
      expect.objectContaining({ title: 'Mine', content: mine }),
    );
    expect(result.current).toMatchObject({ dirty: false, state: { is: 'saved' } });
  });

  it('asks again when they were quicker once more', async () => {
    vi.mocked(updateStory).mockRejectedValue(conflict());
    vi.mocked(freshStory).mockResolvedValue(version('"5"'));
    const { result } = open();
    act(() => result.current.change({ title: 'Mine' }));
    await act(() => result.current.save());
    await act(() => result.current.keepMine(null));
    expect(result.current.state.is).toBe('conflict');
    expect(result.current.form.title).toBe('Mine');
  });

  it('goes on writing without losing sight of the conflict', async () => {
    vi.mocked(updateStory).mockRejectedValue(conflict());
    const { result } = open();
    act(() => result.current.change({ title: 'Mine' }));
    await act(() => result.current.save());
    act(() => result.current.change({ title: 'Mine, longer' }));
    expect(result.current.state.is).toBe('conflict');
  });
});

describe('a kept draft', () => {
  const draft = (form: Partial<StoryForm>) => {
    const saved = formOf(base);
    return { form: { ...saved, ...form }, saved, etag: '"0"' };
  };

  it('comes back on the next visit, and still meets what changed behind it', async () => {
    keepDraft('p', 's', draft({ title: 'Kept' }));
    vi.mocked(updateStory).mockRejectedValue(conflict());
    const { result } = open(version('"7"'));
    expect(result.current).toMatchObject({ restored: true, dirty: true });
    await act(() => result.current.save());
    expect(updateStory).toHaveBeenCalledWith('s', '"0"', { title: 'Kept' });
    expect(result.current.state.is).toBe('conflict');
  });

  it('is written when the page goes away, and thrown away when told to', () => {
    const { result, unmount } = open();
    act(() => result.current.change({ title: 'Half' }));
    unmount();
    expect(readDraft<{ form: StoryForm }>('p', 's')?.form.title).toBe('Half');
    const again = open();
    act(() => again.result.current.discard());
    again.unmount();
    expect(readDraft('p', 's')).toBeNull();
  });

  it('is nobody else’s', () => {
    keepDraft('somebody else', 's', draft({ title: 'Not yours' }));
    expect(open().result.current.restored).toBe(false);
  });
});
