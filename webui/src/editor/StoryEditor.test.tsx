import { render, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { expect, it, vi } from 'vitest';
import StoryEditor from './StoryEditor';

const written = {
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Two words' }] }],
};
const show = (props: { lang: string; error?: string }, onReady = vi.fn()) => (
  <StrictMode>
    <StoryEditor
      initial={written}
      label="The story"
      placeholder="Begin"
      onChange={vi.fn()}
      onReady={onReady}
      {...props}
    />
  </StrictMode>
);

it('is a named text box in the story’s language, and says when its text is refused', async () => {
  const { rerender } = render(show({ lang: 'de' }));
  const sheet = await screen.findByRole('textbox', { name: 'The story' });
  expect(sheet).toHaveAttribute('lang', 'de');
  expect(sheet).not.toHaveAttribute('aria-invalid');
  rerender(show({ lang: 'fr', error: 'Too deep.' }));
  expect(sheet).toHaveAttribute('lang', 'fr');
  expect(sheet).toHaveAttribute('aria-invalid', 'true');
});

it('tells how it holds the document it was given, and counts its words', async () => {
  const onReady = vi.fn();
  render(show({ lang: 'en' }, onReady));
  await vi.waitFor(() => expect(onReady).toHaveBeenCalled());
  expect(onReady.mock.lastCall).toEqual([expect.objectContaining({ type: 'doc' }), 2]);
});

it('puts no style element into the page', async () => {
  render(show({ lang: 'en' }));
  await screen.findByRole('textbox', { name: 'The story' });
  expect(document.querySelector('style[data-tiptap-style]')).toBeNull();
});
