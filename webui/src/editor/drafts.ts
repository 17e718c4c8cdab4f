// What somebody wrote and has not saved yet, kept in this tab: a reload, a lost session or a closed
// lid costs nothing. Never shared between people: the key holds who wrote it.
const prefix = 'heirloom.draft.';

export function readDraft<T>(person: string, what: string): T | null {
  try {
    const kept = sessionStorage.getItem(`${prefix}${person}.${what}`);
    return kept ? (JSON.parse(kept) as T) : null;
  } catch {
    return null;
  }
}

export function keepDraft(person: string, what: string, draft: unknown): void {
  try {
    sessionStorage.setItem(`${prefix}${person}.${what}`, JSON.stringify(draft));
  } catch {
    // No room: the text is still on the screen.
  }
}

export function dropDraft(person: string, what: string): void {
  sessionStorage.removeItem(`${prefix}${person}.${what}`);
}

/** On signing out nothing written stays behind in the browser. */
export function dropAllDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  }
}
