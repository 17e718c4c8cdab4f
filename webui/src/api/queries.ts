// Everything that screens read, as query options: useQuery(storyQuery(id)).
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import client, { adoptSession, etagOf, settled } from './client';
import { ApiError } from './errors';
import { lastSequence } from './sequence';
import type { Legacy, Story, StoryStatus, Suggestion, Versioned } from './types';

const firstPage = undefined as string | undefined;
const nextCursor = (page: { next_cursor?: string }) => page.next_cursor;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    // Not /api/v1/me: browsers report its 401 on their console, and nobody being signed in is no fault.
    const { data } = await settled(client.GET('/api/v1/session', { signal }));
    if (!data.me) throw new ApiError(401, {});
    adoptSession(data.me);
    return data.me;
  },
  staleTime: 60_000,
  meta: { door: true },
});

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: async ({ signal }) => (await settled(client.GET('/api/v1/setup', { signal }))).data,
  staleTime: 0,
  meta: { door: true },
});

export const legaciesQuery = infiniteQueryOptions({
  queryKey: ['legacies'],
  queryFn: async ({ pageParam: cursor, signal }) =>
    (
      await settled(
        client.GET('/api/v1/legacies', { params: { query: { limit: 100, cursor } }, signal }),
      )
    ).data,
  initialPageParam: firstPage,
  getNextPageParam: nextCursor,
});

export const legacyQuery = (id: string) =>
  queryOptions({
    queryKey: ['legacy', id],
    queryFn: async ({ signal }): Promise<Versioned<Legacy>> => {
      const call = client.GET('/api/v1/legacies/{id}', { params: { path: { id } }, signal });
      const { data, response } = await settled(call);
      return { value: data, etag: etagOf(response) };
    },
  });

export const membersQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['members', id],
    queryFn: async ({ pageParam: cursor, signal }) => {
      const params = { path: { id }, query: { limit: 100, cursor } };
      return (await settled(client.GET('/api/v1/legacies/{id}/members', { params, signal }))).data;
    },
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
  });

export type StoryOrder = 'updated' | 'happened';

export const storiesQuery = (list: { legacy?: string; order: StoryOrder; limit?: number }) =>
  infiniteQueryOptions({
    queryKey: ['stories', list] as const,
    queryFn: async ({ pageParam: cursor, signal }) => {
      const params = { query: { limit: 30, ...list, cursor } };
      return (await settled(client.GET('/api/v1/stories', { params, signal }))).data;
    },
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
    // In another order the same stories stay until the new order is there: nothing jumps.
    placeholderData: (before, query) =>
      query?.queryKey[1].legacy === list.legacy ? before : undefined,
  });

export const storyQuery = (id: string) =>
  queryOptions({
    queryKey: ['story', id],
    queryFn: async ({ signal }): Promise<Versioned<Story>> => {
      const call = client.GET('/api/v1/stories/{id}', { params: { path: { id } }, signal });
      const { data, response } = await settled(call);
      return { value: data, etag: etagOf(response) };
    },
  });

export const revisionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['revisions', id],
    queryFn: async ({ pageParam: cursor, signal }) => {
      const params = { path: { id }, query: { cursor } };
      return (await settled(client.GET('/api/v1/stories/{id}/revisions', { params, signal }))).data;
    },
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
  });

export const revisionQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: ['revision', id, n],
    queryFn: async ({ signal }) => {
      const params = { path: { id, n } };
      return (await settled(client.GET('/api/v1/stories/{id}/revisions/{n}', { params, signal })))
        .data;
    },
    staleTime: Infinity, // What was, stays.
  });

export const diffQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: ['diff', id, n],
    queryFn: async ({ signal }) => {
      const params = { path: { id, n } };
      const call = client.GET('/api/v1/stories/{id}/revisions/{n}/diff', { params, signal });
      return (await settled(call)).data;
    },
    staleTime: Infinity,
  });

export interface SearchTerms {
  q?: string;
  legacy?: string;
  tag?: string[];
  author?: string;
  from?: string;
  to?: string;
  lang?: string;
  status?: StoryStatus;
}

export const searchQuery = (terms: SearchTerms) =>
  infiniteQueryOptions({
    queryKey: ['search', terms],
    queryFn: async ({ pageParam: cursor, signal }) => {
      const sequence = lastSequence();
      const header = sequence ? { 'Heirloom-Sequence': sequence } : {};
      const params = { query: { ...terms, cursor }, header };
      const { data, response } = await settled(client.GET('/api/v1/search', { params, signal }));
      return { ...data, stale: response.headers.get('Heirloom-Stale') === 'true' };
    },
    initialPageParam: firstPage,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export async function suggest(q: string, legacy: string | undefined, signal: AbortSignal) {
  const params = { query: { q: q.slice(0, 100), legacy } };
  const { data } = await settled(client.GET('/api/v1/search/suggest', { params, signal }));
  return data.items satisfies Suggestion[];
}
