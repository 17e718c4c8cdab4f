// The sequence of this tab's last write. Searches send it back, so that what was just saved is found.
// Kept per tab and across reloads; another tab has its own.
const key = 'heirloom.sequence';

export function lastSequence(): string | null {
  return sessionStorage.getItem(key);
}

export function rememberSequence(response: Response): void {
  const sequence = response.headers.get('Heirloom-Sequence');
  if (sequence) sessionStorage.setItem(key, sequence);
}

export function forgetSequence(): void {
  sessionStorage.removeItem(key);
}
