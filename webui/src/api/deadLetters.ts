// Events that somebody who follows them gave up; for admins.
import { infiniteQueryOptions } from '@tanstack/react-query';
import client, { settled } from './client';
import { queryClient } from './queryClient';

const firstPage = undefined as string | undefined;

export const deadLettersQuery = infiniteQueryOptions({
  queryKey: ['deadLetters'],
  queryFn: async ({ pageParam: cursor, signal }) =>
    (await settled(client.GET('/api/v1/dead-letters', { params: { query: { cursor } }, signal })))
      .data,
  initialPageParam: firstPage,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
});

/** Gives it to its consumer again. Fails with 404 when somebody did so before. */
export async function redrive(id: string): Promise<void> {
  try {
    await settled(client.POST('/api/v1/dead-letters/{id}/redrive', { params: { path: { id } } }));
  } finally {
    await queryClient.invalidateQueries({ queryKey: deadLettersQuery.queryKey });
  }
}
