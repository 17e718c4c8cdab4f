// What was deleted and can still come back.
import { infiniteQueryOptions } from '@tanstack/react-query';
import client, { settled } from './client';
import { queryClient } from './queryClient';

const firstPage = undefined as string | undefined;
const nextCursor = (page: { next_cursor?: string }) => page.next_cursor;

export const deletedStoriesQuery = infiniteQueryOptions({
  queryKey: ['bin', 'stories'],
  queryFn: async ({ pageParam: cursor, signal }) =>
    (await settled(client.GET('/api/v1/bin/stories', { params: { query: { cursor } }, signal })))
      .data,
  initialPageParam: firstPage,
  getNextPageParam: nextCursor,
  staleTime: 0,
});

export const deletedLegaciesQuery = infiniteQueryOptions({
  queryKey: ['bin', 'legacies'],
  queryFn: async ({ pageParam: cursor, signal }) =>
    (await settled(client.GET('/api/v1/bin/legacies', { params: { query: { cursor } }, signal })))
      .data,
  initialPageParam: firstPage,
  getNextPageParam: nextCursor,
  staleTime: 0,
});

async function returned(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['bin'] });
  for (const key of ['story', 'stories', 'legacy', 'legacies', 'search']) {
    void queryClient.invalidateQueries({ queryKey: [key] });
  }
}

export async function takeBackStory(id: string): Promise<void> {
  await settled(client.POST('/api/v1/bin/stories/{id}/restore', { params: { path: { id } } }));
  await returned();
}

export async function takeBackLegacy(id: string): Promise<void> {
  await settled(client.POST('/api/v1/bin/legacies/{id}/restore', { params: { path: { id } } }));
  await returned();
}

export async function removeForGood(id: string): Promise<void> {
  await settled(client.DELETE('/api/v1/bin/stories/{id}', { params: { path: { id } } }));
  await queryClient.invalidateQueries({ queryKey: ['bin'] });
}
