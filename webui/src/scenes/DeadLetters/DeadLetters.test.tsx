import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { meQuery } from '@/api/queries';
import { queryClient } from '@/api/queryClient';
import type { DeadLetter, Me } from '@/api/types';
import { Component } from './DeadLetters';

const letter: DeadLetter = {
  id: 'follower.a1b2.42',
  consumer: 'follower',
  type: 'StoryUpdated',
  subject: 's1',
  legacy_id: 'l1',
  version: 3,
  position: 'a1b2.42',
  happened_at: '2026-03-14T18:00:00Z',
  attempts: 5,
  reason: 'it was not answered in time',
  failed_at: '2026-03-14T18:05:00Z',
};

const answers = vi.fn<(request: Request) => Response>();

function json(status: number, body: unknown): Response {
  const headers = { 'Content-Type': 'application/json' };
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

function visit(role: Me['user']['role']) {
  const user = { id: '1', name: 'Rosa', email: 'rosa@example.org', role };
  queryClient.setQueryData(meQuery.queryKey, { user, auth: 'session', csrf_token: 'x' });
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter>
        <Component />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

/** The list has `letters` until one is given again, which is answered with `status`. */
function answerWith(letters: DeadLetter[], status = 204) {
  let items = letters;
  answers.mockImplementation((request) => {
    if (request.method === 'GET') return json(200, { items });
    items = status < 500 ? items.slice(1) : items;
    return json(status, { title: 'no', detail: 'It did not work.', request_id: 'r1' });
  });
}

beforeEach(() => vi.stubGlobal('fetch', async (request: Request) => answers(request)));
afterEach(() => {
  answers.mockReset();
  vi.unstubAllGlobals();
  queryClient.clear();
});

const again = () => screen.findByRole('button', { name: /^Try “Story updated” again/ });

it('tells somebody who is no admin whom to ask, and asks the daemon nothing', async () => {
  visit('person');
  expect(await screen.findByText(/tell an admin/)).toBeVisible();
  expect(answers).not.toHaveBeenCalled();
});

it('says that nothing waits when nothing does', async () => {
  answerWith([]);
  visit('admin');
  expect(await screen.findByRole('heading', { name: 'Everything has arrived' })).toBeVisible();
});

it('says what could not be read, and reads it again', async () => {
  answers.mockImplementationOnce(() => json(422, { detail: 'Not so.', request_id: 'r9' }));
  visit('admin');
  expect(await screen.findByText('Not so.')).toBeVisible();
  expect(screen.getByText(/r9/)).toBeVisible();
  answerWith([letter]);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await again()).toBeVisible();
  expect(screen.queryByText('Not so.')).toBeNull();
});

it('shows who gave up what, why and where it is read', async () => {
  answerWith([letter]);
  visit('admin');
  expect(await screen.findByText('it was not answered in time')).toBeVisible();
  expect(screen.getByText(/given up by follower, 14 March 2026.* · 5 attempts/)).toBeVisible();
  await userEvent.click(screen.getByText('Details'));
  expect(screen.getByRole('link', { name: 's1' })).toHaveAttribute('href', '/stories/s1');
  expect(screen.getByRole('link', { name: 'l1' })).toHaveAttribute('href', '/legacies/l1');
  expect(screen.getByText('follower.a1b2.42')).toBeVisible();
});

it('gives one again, says so where the focus then is, and takes its line away', async () => {
  answerWith([letter]);
  visit('admin');
  await userEvent.click(await again());
  const said = await screen.findByText(/is on its way again/);
  expect(document.activeElement).toContainElement(said);
  expect(screen.queryByText('it was not answered in time')).toBeNull();
  const sent = answers.mock.calls
    .map(([request]) => request)
    .find(({ method }) => method === 'POST');
  expect(new URL(sent?.url ?? '').pathname).toBe('/api/v1/dead-letters/follower.a1b2.42/redrive');
});

it('says so when somebody else was first', async () => {
  answerWith([letter], 404);
  visit('admin');
  await userEvent.click(await again());
  expect(await screen.findByText(/somebody tried it again before you/)).toBeVisible();
});

it('keeps the line and says why when it cannot be given again now', async () => {
  answerWith([letter], 503);
  visit('admin');
  await userEvent.click(await again());
  expect(await screen.findByText(/busy right now/)).toBeVisible();
  expect(screen.getByText('it was not answered in time')).toBeVisible();
});
