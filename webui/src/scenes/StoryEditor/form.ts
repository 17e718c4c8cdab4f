// A story as a form holds it, and the way back to what the daemon takes.
import type { Legacy, Story, StoryCreate, StoryPatch, StoryStatus } from '@/api/types';
import type { DocumentNode } from '@/components/StoryContent/StoryContent';
import { edtfToWords, readDate } from '@/i18n/edtf';

export interface StoryForm {
  title: string;
  /** Null: as it was when last saved (or blank, for a new story). */
  content: DocumentNode | null;
  /** As typed, in words or EDTF. */
  happened: string;
  place: string;
  author: string;
  language: string;
  tags: string[];
  status: StoryStatus;
  note: string;
}

export const formFields = [
  'title', 'content', 'happened_at', 'place', 'author', 'language', 'tags', 'status', 'note',
] as const; // prettier-ignore

export function newForm(legacy: Legacy): StoryForm {
  return {
    title: '',
    content: null,
    happened: '',
    place: '',
    author: '',
    language: legacy.language,
    tags: [],
    status: 'published',
    note: '',
  };
}

export function formOf(story: Story): StoryForm {
  // Words when they read back as the same date, else the date as it is kept.
  const edtf = story.happened_at ?? '';
  const words = edtf && edtfToWords(edtf);
  return {
    title: story.title,
    content: null,
    happened: readDate(words) === edtf ? words : edtf,
    place: story.place ?? '',
    author: story.author,
    language: story.language,
    tags: story.tags,
    status: story.status,
    note: '',
  };
}

export type FormErrors = Partial<Record<'title' | 'happened_at', 'missing' | 'unreadable'>>;

export function check(form: StoryForm): FormErrors {
  const errors: FormErrors = {};
  if (!form.title.trim()) errors.title = 'missing';
  if (form.happened.trim() && !readDate(form.happened)) errors.happened_at = 'unreadable';
  return errors;
}

type Body = { type: 'doc'; content: DocumentNode[] };
const sameTags = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((tag, index) => tag === b[index]);

/**
 * What changed since `saved`, and that alone: what somebody else changed meanwhile in another field
 * is not put back. `myName` stands in for an author left empty.
 */
export function patchOf(form: StoryForm, saved: StoryForm, myName: string): StoryPatch {
  const patch: StoryPatch = {};
  if (form.title.trim() !== saved.title.trim()) patch.title = form.title.trim();
  if (form.content) patch.content = form.content as Body;
  if (readDate(form.happened) !== readDate(saved.happened)) {
    patch.happened_at = readDate(form.happened);
  }
  if (form.place.trim() !== saved.place.trim()) patch.place = form.place.trim() || null;
  if (form.author.trim() !== saved.author.trim()) patch.author = form.author.trim() || myName;
  if (form.language !== saved.language) patch.language = form.language;
  if (!sameTags(form.tags, saved.tags)) patch.tags = form.tags;
  if (form.status !== saved.status) patch.status = form.status;
  if (Object.keys(patch).length > 0 && form.note.trim()) patch.note = form.note.trim();
  return patch;
}

/** Everything that stands in the form, whoever changed it last. */
export function wholeOf(form: StoryForm, myName: string): StoryPatch {
  return {
    title: form.title.trim(),
    happened_at: readDate(form.happened),
    place: form.place.trim() || null,
    author: form.author.trim() || myName,
    language: form.language,
    tags: form.tags,
    status: form.status,
    ...(form.content ? { content: form.content as Body } : {}),
    ...(form.note.trim() ? { note: form.note.trim() } : {}),
  };
}

export function createOf(form: StoryForm, legacyId: string): StoryCreate {
  const happened = readDate(form.happened);
  return {
    legacy_id: legacyId,
    title: form.title.trim(),
    language: form.language,
    tags: form.tags,
    status: form.status,
    ...(form.content ? { content: form.content as Body } : {}),
    ...(happened ? { happened_at: happened } : {}),
    ...(form.place.trim() ? { place: form.place.trim() } : {}),
    ...(form.author.trim() ? { author: form.author.trim() } : {}),
  };
}

/** Whether there is something to lose. */
export function isDirty(form: StoryForm, saved: StoryForm): boolean {
  return (
    form.content !== null ||
    !sameTags(form.tags, saved.tags) ||
    (['title', 'happened', 'place', 'author', 'language', 'status', 'note'] as const).some(
      (field) => form[field] !== saved[field],
    )
  );
}
