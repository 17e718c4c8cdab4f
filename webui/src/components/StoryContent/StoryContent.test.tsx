import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { expect, it } from 'vitest';
import { type DocumentNode, StoryContent, isEmptyDocument, plainText } from './StoryContent';

const text = (words: string, ...marks: NonNullable<DocumentNode['marks']>): DocumentNode => ({
  type: 'text',
  text: words,
  marks,
});
const p = (...content: DocumentNode[]): DocumentNode => ({ type: 'paragraph', content });
const doc = (...content: DocumentNode[]): DocumentNode => ({ type: 'doc', content });
const show = (document: DocumentNode) =>
  render(
    <MemoryRouter>
      <StoryContent document={document} />
    </MemoryRouter>,
  );

it('keeps the story’s headings below the page’s title', () => {
  const heading = (level: number): DocumentNode => ({
    type: 'heading',
    attrs: { level },
    content: [text(`level ${level}`)],
  });
  show(doc(heading(1), heading(2), heading(3)));
  expect(screen.queryByRole('heading', { level: 1 })).toBeNull();
  expect(screen.getAllByRole('heading', { level: 2 })).toHaveLength(2);
  expect(screen.getAllByRole('heading', { level: 3 })).toHaveLength(1);
});

it('makes links of addresses that are safe to follow, and words of the others', () => {
  const link = (href: string) => p(text(href, { type: 'link', attrs: { href } }));
  show(
    doc(
      link('https://example.org'),
      link('/stories/1'),
      link('javascript:alert(1)'),
      link('//evil.example'),
    ),
  );
  const links = screen.getAllByRole('link').map((anchor) => anchor.getAttribute('href'));
  expect(links).toEqual(['https://example.org', '/stories/1']);
  expect(screen.getByText('javascript:alert(1)')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'https://example.org' })).toHaveAttribute(
    'rel',
    expect.stringContaining('noopener'),
  );
});

it('never turns words into markup', () => {
  const { container } = show(doc(p(text('<img src=x onerror=alert(1)>'))));
  expect(container.querySelector('img')).toBeNull();
  expect(container).toHaveTextContent('<img src=x onerror=alert(1)>');
});

it('shows the words of a node it does not know', () => {
  show(doc({ type: 'photograph', content: [p(text('caption'))] }));
  expect(screen.getByText('caption')).toBeInTheDocument();
});

it('tells an empty story from one with a picture of nothing but spaces', () => {
  expect(isEmptyDocument(doc(p()))).toBe(true);
  expect(isEmptyDocument(doc(p(text('  '))))).toBe(true);
  expect(isEmptyDocument(doc(p(text('a'))))).toBe(false);
  expect(isEmptyDocument(doc({ type: 'horizontalRule' }))).toBe(false);
});

it('copies as plain words, a blank line between blocks', () => {
  expect(
    plainText(doc(p(text('One'), { type: 'hardBreak' }, text('two')), p(), p(text('three')))),
  ).toBe('One\ntwo\n\nthree');
});

it('sets a first letter large, but no figure and no quotation mark', () => {
  const opened = (words: string) =>
    render(<StoryContent document={doc(p(text(words)))} opening />).container.firstElementChild;
  expect(opened('The cold came')).toHaveClass('opening');
  expect(opened('Ärger im Haus')).toHaveClass('opening');
  expect(opened('5th. I lay down')).not.toHaveClass('opening');
  expect(opened('“Who is there?”')).not.toHaveClass('opening');
});
