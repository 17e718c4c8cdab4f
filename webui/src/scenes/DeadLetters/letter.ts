import type { DeadLetter } from '@/api/types';

/** "StoryUpdated" as "Story updated". */
export function wordsOf(type: string): string {
  const words = type.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Where what changed is read, when it has a page. */
export function placeOf({ type, subject }: Pick<DeadLetter, 'type' | 'subject'>): string | null {
  if (type.startsWith('Story')) return `/stories/${subject}`;
  if (type.startsWith('Legacy')) return `/legacies/${subject}`;
  return null;
}
