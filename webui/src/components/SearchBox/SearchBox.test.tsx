import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { SearchBox, type SearchSuggestion } from './SearchBox';

function setUp(suggest: (words: string, signal: AbortSignal) => Promise<SearchSuggestion[]>) {
  const onSearch = vi.fn();
  const onChoose = vi.fn();
  render(<SearchBox value="" onSearch={onSearch} onChoose={onChoose} suggest={suggest} />);
  return { onSearch, onChoose, user: userEvent.setup(), box: screen.getByRole('combobox') };
}

const lamp = { id: '1', text: 'The lamp' };
const loaf = { id: '2', text: 'The loaf' };

it('asks once for a word typed in one go, and drops what is overtaken', async () => {
  const asked: { words: string; signal: AbortSignal }[] = [];
  const { user, box } = setUp((words, signal) => {
    asked.push({ words, signal });
    return words === 'lam' ? new Promise(() => {}) : Promise.resolve([lamp]);
  });
  await user.type(box, 'lam');
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  await user.type(box, 'p');
  expect(asked[0]?.signal.aborted).toBe(true);
  await screen.findByRole('option', { name: 'The lamp' });
  expect(asked.map(({ words }) => words)).toEqual(['lam', 'lamp']);
});

it('walks the list by arrows and opens the one chosen', async () => {
  const { user, box, onChoose, onSearch } = setUp(() => Promise.resolve([lamp, loaf]));
  await user.type(box, 'l');
  await screen.findByRole('option', { name: 'The loaf' });
  expect(box).toHaveAttribute('aria-expanded', 'true');
  await user.keyboard('{ArrowDown}{ArrowDown}');
  const second = screen.getByRole('option', { name: 'The loaf' });
  expect(second).toHaveAttribute('aria-selected', 'true');
  expect(box).toHaveAttribute('aria-activedescendant', second.id);
  await user.keyboard('{Enter}');
  expect(onChoose).toHaveBeenCalledWith(loaf);
  expect(onSearch).not.toHaveBeenCalled();
});

it('searches for the words themselves when nothing is chosen', async () => {
  const { user, box, onSearch } = setUp(() => Promise.resolve([lamp]));
  await user.type(box, ' lamp ');
  await screen.findByRole('option');
  await user.keyboard('{Enter}');
  expect(onSearch).toHaveBeenCalledWith('lamp');
  expect(box).toHaveAttribute('aria-expanded', 'false');
});

it('closes on Escape and keeps the words', async () => {
  const { user, box } = setUp(() => Promise.resolve([lamp]));
  await user.type(box, 'lamp');
  await screen.findByRole('option');
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('option')).toBeNull();
  expect(box).toHaveValue('lamp');
});

it('still searches when suggestions fail', async () => {
  const { user, box, onSearch } = setUp(() => Promise.reject(new Error('down')));
  await user.type(box, 'lamp{Enter}');
  expect(onSearch).toHaveBeenCalledWith('lamp');
});

it('a word that is chosen completes the last one typed and is searched for', async () => {
  const { user, box, onChoose, onSearch } = setUp(() => Promise.resolve([{ text: 'lighthouse' }]));
  await user.type(box, 'old ligh');
  await user.click(await screen.findByRole('option', { name: 'lighthouse' }));
  expect(onChoose).not.toHaveBeenCalled();
  expect(onSearch).toHaveBeenCalledWith('old lighthouse');
  expect(box).toHaveValue('old lighthouse');
});
