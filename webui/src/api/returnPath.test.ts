import { describe, expect, it } from 'vitest';
import { safeReturnPath, signInPath } from './returnPath';

describe('the way back after signing in', () => {
  it('keeps a place inside, with its question and fragment', () => {
    expect(safeReturnPath('/search?q=canal&tag=winter#top')).toBe('/search?q=canal&tag=winter#top');
  });

  it.each([
    null, '', 'stories/1', '//evil.example', '/\\evil.example', '/\t/evil.example', '/.//evil.example',
    'https://evil.example/', 'javascript:alert(1)', '/..//evil.example', '/a\\b', '\\/evil.example',
    '/sign-in', '/sign-in?to=/x', '/setup', '/sign-out',
  ])('sends %j home instead', (candidate) => {
    expect(safeReturnPath(candidate)).toBe('/');
  }); // prettier-ignore

  it('is carried to the door and back unharmed', () => {
    const door = signInPath({ pathname: '/search', search: '?q=a%26b', hash: '#x' });
    const to = new URL(door, 'http://localhost').searchParams.get('to');
    expect(safeReturnPath(to)).toBe('/search?q=a%26b#x');
    expect(signInPath({ pathname: '/', search: '' })).toBe('/sign-in');
  });
});
