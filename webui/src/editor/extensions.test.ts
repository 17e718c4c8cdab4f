import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getSchema } from '@tiptap/core';
import { describe, expect, it } from 'vitest';
import { storyExtensions } from './extensions';
import { isAllowedLink, readLink } from './links';

interface Allowed {
  content?: string;
  attrs?: Record<string, { required?: boolean; enum?: unknown[] }>;
}
interface Contract {
  top: string;
  links: { maxLength: number };
  nodes: Record<string, Allowed>;
  marks: Record<string, Allowed>;
}

// What the daemon takes. Without the file there is nothing to hold against, so its absence fails.
const contract = JSON.parse(
  readFileSync(resolve(__dirname, '../../../appliance/api/document-schema.json'), 'utf8'),
) as Contract;
const schema = getSchema(storyExtensions(''));

describe('the editor writes what the daemon takes, no more and no less', () => {
  it('has the same nodes and marks', () => {
    expect(Object.keys(schema.nodes).sort()).toEqual(Object.keys(contract.nodes).sort());
    expect(Object.keys(schema.marks).sort()).toEqual(Object.keys(contract.marks).sort());
    expect(schema.topNodeType.name).toBe(contract.top);
  });

  it.each(Object.entries(contract.nodes))('node %s has the same attributes', (name, allowed) => {
    const own = Object.keys(schema.nodes[name]?.spec.attrs ?? {});
    expect(own.sort()).toEqual(Object.keys(allowed.attrs ?? {}).sort());
  });

  it.each(Object.entries(contract.marks))('mark %s has the same attributes', (name, allowed) => {
    const own = Object.keys(schema.marks[name]?.spec.attrs ?? {});
    expect(own.sort()).toEqual(Object.keys(allowed.attrs ?? {}).sort());
  });

  it.each(Object.entries(contract.nodes).filter(([, { content }]) => content))(
    'node %s holds the same content',
    (name, { content }) => {
      expect(schema.nodes[name]?.spec.content).toBe(content);
    },
  );

  it('offers only headings of the levels allowed', () => {
    const levels = contract.nodes.heading?.attrs?.level?.enum;
    const heading = storyExtensions('').find(({ name }) => name === 'starterKit');
    expect(heading?.options.heading.levels).toEqual(levels);
  });
});

describe('a link', () => {
  it.each([
    'https://example.org/a?b#c',
    'http://example.org',
    'mailto:rosa@example.org',
    '/stories/1',
  ])('%s is taken', (address) => {
    expect(isAllowedLink(address)).toBe(true);
  });

  it.each([
    'javascript:alert(1)', 'JAVASCRIPT:alert(1)', 'data:text/html,x', '//evil.example', 'ftp://a.b',
    'https:example.org', 'https://', 'https://a b', '/a\\b', 'https://a.b/\u200b', 'mailto:', '',
    `https://a.b/${'x'.repeat(2048)}`,
  ])('%s is refused', (address) => {
    expect(isAllowedLink(address)).toBe(false);
  }); // prettier-ignore

  it('may be written the short way', () => {
    expect(readLink('example.org/page')).toBe('https://example.org/page');
    expect(readLink(' https://example.org ')).toBe('https://example.org');
    expect(readLink('just words')).toBeNull();
    expect(readLink('javascript:alert(1)')).toBeNull();
  });
});
