import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { TagsField, addTags } from './TagsField';

function Example({ start = [] as string[] }) {
  const [tags, setTags] = useState(start);
  return <TagsField label="Tags" tags={tags} onChange={setTags} />;
}

const shown = () => screen.queryAllByRole('listitem').map((item) => item.textContent);

it('adds a tag on Enter, on a comma and on leaving', async () => {
  const user = userEvent.setup();
  render(<Example />);
  await user.type(screen.getByLabelText('Tags'), 'winter{Enter}canal,  school ');
  await user.tab();
  expect(shown()).toEqual(['winter', 'canal', 'school']);
  expect(screen.getByLabelText('Tags')).toHaveValue('');
});

it('takes a pasted list, each once whatever its case', async () => {
  const user = userEvent.setup();
  render(<Example start={['Winter']} />);
  await user.click(screen.getByLabelText('Tags'));
  await user.paste('winter, ice;snow\nICE');
  expect(shown()).toEqual(['Winter', 'ice', 'snow']);
});

it('takes back the last one with Backspace and any by its button', async () => {
  const user = userEvent.setup();
  render(<Example start={['a', 'b', 'c']} />);
  await user.type(screen.getByLabelText('Tags'), '{Backspace}');
  await user.click(screen.getByRole('button', { name: 'Remove the tag a' }));
  expect(shown()).toEqual(['b']);
});

it('says why a tag is not taken, and keeps what was typed', async () => {
  const user = userEvent.setup();
  render(<Example />);
  const long = 'x'.repeat(65);
  await user.type(screen.getByLabelText('Tags'), `${long}{Enter}`);
  expect(screen.getByRole('alert')).toHaveTextContent('at most 64 characters');
  expect(screen.getByLabelText('Tags')).toHaveValue(long);
  expect(screen.getByLabelText('Tags')).toHaveAttribute('aria-invalid', 'true');
});

it('stops at 32', () => {
  const many = Array.from({ length: 32 }, (_, index) => `tag ${index}`);
  expect(addTags(many, 'one more')).toEqual({ tags: many, problem: 'many' });
  expect(addTags(many, 'tag 1').problem).toBeNull();
});
