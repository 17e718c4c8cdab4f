// What belongs to oneself: where one is signed in, tokens, the password.
import { infiniteQueryOptions } from '@tanstack/react-query';
import client, { settled } from './client';
import { queryClient } from './queryClient';
import type { NewToken, Scope } from './types';

const firstPage = undefined as string | undefined;
const nextCursor = (page: { next_cursor?: string }) => page.next_cursor;

export const sessionsQuery = infiniteQueryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ pageParam: cursor, signal }) =>
    (await settled(client.GET('/api/v1/sessions', { params: { query: { cursor } }, signal }))).data,
  initialPageParam: firstPage,
  getNextPageParam: nextCursor,
  staleTime: 0,
});

export const tokensQuery = infiniteQueryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ pageParam: cursor, signal }) =>
    (await settled(client.GET('/api/v1/tokens', { params: { query: { cursor } }, signal }))).data,
  initialPageParam: firstPage,
  getNextPageParam: nextCursor,
  staleTime: 0,
});

const refresh = (key: string) => queryClient.invalidateQueries({ queryKey: [key] });

export async function endSession(id: string): Promise<void> {
  await settled(client.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } }));
  await refresh('sessions');
}

export async function endOtherSessions(): Promise<void> {
  await settled(client.DELETE('/api/v1/sessions'));
  await refresh('sessions');
}

/** `attempt` names this one wish: sent again with the same, it makes no second token. */
export async function createToken(
  attempt: string,
  body: { name: string; scopes: Scope[] },
): Promise<NewToken> {
  const params = { header: { 'Idempotency-Key': attempt } };
  const { data } = await settled(client.POST('/api/v1/tokens', { params, body }));
  void refresh('tokens');
  return data;
}

export async function revokeToken(id: string): Promise<void> {
  await settled(client.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
  await refresh('tokens');
}

export async function changePassword(body: { current: string; new: string }): Promise<void> {
  await settled(client.PUT('/api/v1/me/password', { body }));
  await refresh('sessions');
}
