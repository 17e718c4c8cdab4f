import { useEffect, useRef, useState } from 'react';
import { createStory, freshStory, updateStory } from '@/api/commands';
import { isStatus } from '@/api/errors';
import { noticeSessionEnd } from '@/api/queryClient';
import type { Story, StoryPatch, Versioned } from '@/api/types';
import type { DocumentNode } from '@/components/StoryContent/StoryContent';
import { dropDraft, keepDraft, readDraft } from '@/editor/drafts';
import {
  type FormErrors,
  type StoryForm,
  check,
  createOf,
  isDirty,
  patchOf,
  wholeOf,
} from './form';

/** Where the writing stands. Only `conflict` waits for a decision. */
export type SaveState =
  | { is: 'clean' }
  | { is: 'saving' }
  | { is: 'saved' }
  | { is: 'failed'; error: unknown }
  | { is: 'conflict'; theirs: Versioned<Story> | null };

interface Draft {
  form: StoryForm;
  saved: StoryForm;
  /** What the text was based on: a change behind a kept draft is still noticed. */
  etag: string;
}

interface Begin {
  /** Whose draft, of what. */
  person: string;
  myName: string;
  what: string;
  /** Null for a story not yet written; then `legacyId` says where it goes. */
  story: Versioned<Story> | null;
  legacyId: string;
  form: StoryForm;
  onCreated: (story: Versioned<Story>) => void;
}

const keepEveryMs = 400;

/**
 * The state of one story's form: what was typed, what is saved, and the ways between. Nothing typed
 * is ever thrown away but by the writer.
 */
export function useStorySave(begin: Begin) {
  const { person, what, legacyId, myName } = begin;
  const [kept] = useState(() => readDraft<Draft>(person, what));
  const [form, setForm] = useState(kept?.form ?? begin.form);
  const [saved, setSaved] = useState(kept?.saved ?? begin.form);
  const [etag, setEtag] = useState(kept?.etag ?? begin.story?.etag ?? '');
  const [state, setState] = useState<SaveState>({ is: 'clean' });
  const [errors, setErrors] = useState<FormErrors>({});
  const dirty = isDirty(form, saved);
  const latest = useRef({ form, saved, etag, dirty });
  // Set once the story is created or the draft thrown away: nothing more is to be kept.
  const over = useRef(false);

  useEffect(() => {
    latest.current = { form, saved, etag, dirty };
    if (over.current) return;
    if (!dirty) {
      dropDraft(person, what);
      return;
    }
    const timer = setTimeout(() => keepDraft(person, what, { form, saved, etag }), keepEveryMs);
    return () => clearTimeout(timer);
  }, [form, saved, etag, dirty, person, what]);

  useEffect(() => {
    const flush = () => {
      const { dirty: unsaved, ...draft } = latest.current;
      if (unsaved && !over.current) keepDraft(person, what, draft);
    };
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [person, what]);

  function change(part: Partial<StoryForm>) {
    setForm((now) => ({ ...now, ...part }));
    setState((now) => (now.is === 'conflict' || now.is === 'saving' ? now : { is: 'clean' }));
    if (part.title !== undefined || part.happened !== undefined) setErrors({});
  }

  function settle(sent: StoryForm, story: Versioned<Story>) {
    // What is typed while the answer is under way stays unsaved.
    setForm((now) => ({
      ...now,
      content: now.content === sent.content ? null : now.content,
      note: now.note === sent.note ? '' : now.note,
    }));
    setSaved({ ...sent, content: null, note: '' });
    setEtag(story.etag);
    setState({ is: 'saved' });
  }

  async function put(sent: StoryForm, onTopOf: string, patch: StoryPatch) {
    setState({ is: 'saving' });
    try {
      if (begin.story) {
        settle(sent, await updateStory(begin.story.value.id, onTopOf, patch));
      } else {
        const story = await createStory(createOf(sent, legacyId));
        over.current = true;
        dropDraft(person, what);
        begin.onCreated(story);
      }
    } catch (error) {
      if (isStatus(error, 412)) {
        setState({ is: 'conflict', theirs: null });
        return;
      }
      setState({ is: 'failed', error });
      noticeSessionEnd(error);
    }
  }

  async function save(): Promise<void> {
    if (state.is === 'saving') return;
    const found = check(form);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    if (begin.story && Object.keys(patchOf(form, saved, myName)).length === 0) {
      settle(form, { value: begin.story.value, etag }); // Only spaces, or a note without a change.
      return;
    }
    await put(form, etag, patchOf(form, saved, myName));
  }

  /**
   * After a conflict: the story becomes what stands on this desk, all of it; theirs stays the version
   * before. `content` is the text as it stands, changed or not.
   */
  async function keepMine(content: DocumentNode | null): Promise<void> {
    if (!begin.story) return;
    const found = check(form);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setState({ is: 'saving' });
    try {
      const theirs = await freshStory(begin.story.value.id);
      setEtag(theirs.etag);
      await put(form, theirs.etag, wholeOf({ ...form, content }, myName));
    } catch (error) {
      setState({ is: 'failed', error });
      noticeSessionEnd(error);
    }
  }

  async function fetchTheirs(): Promise<void> {
    if (!begin.story) return;
    try {
      setState({ is: 'conflict', theirs: await freshStory(begin.story.value.id) });
    } catch (error) {
      noticeSessionEnd(error);
      throw error;
    }
  }

  /** Throws away what is not saved, here and in the draft. */
  function discard() {
    over.current = true;
    dropDraft(person, what);
  }

  return {
    form,
    errors,
    state,
    dirty,
    /** Unsaved writing of an earlier visit was found. */
    restored: kept !== null,
    change,
    save,
    keepMine,
    fetchTheirs,
    discard,
  };
}

export type StorySave = ReturnType<typeof useStorySave>;
