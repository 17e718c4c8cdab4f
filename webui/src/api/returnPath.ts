// Where to go after signing in. The path comes out of the address bar, so it may be anybody's: it
// must stay on this origin and must not lead back to the door.
const doors = ['/sign-in', '/setup', '/sign-out'];

export function safeReturnPath(candidate: string | null | undefined): string {
  if (!candidate || !candidate.startsWith('/') || /^\/[/\\]/.test(candidate)) return '/';
  // Browsers drop tabs and newlines from addresses: "/\t/evil.example" would become "//evil.example".
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\\]/.test(candidate)) return '/';
  let url: URL;
  try {
    url = new URL(candidate, window.location.origin);
  } catch {
    return '/';
  }
  if (url.origin !== window.location.origin || url.username) return '/';
  // Dot segments resolve: "/.//evil.example" has the pathname "//evil.example".
  if (url.pathname.startsWith('//') || doors.includes(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}

export function signInPath(from: { pathname: string; search: string; hash?: string }): string {
  const to = safeReturnPath(from.pathname + from.search + (from.hash ?? ''));
  return to === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`;
}
