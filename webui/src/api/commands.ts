// Everything that screens change. Each takes care of the caches it makes stale.
import client, { adoptSession, etagOf, settled } from './client';
import { meQuery, storyQuery } from './queries';
import { queryClient } from './queryClient';
import { forgetSequence } from './sequence';
import type {
  Legacy,
  LegacyCreate,
  LegacyPatch,
  Me,
  Member,
  Role,
  Story,
  StoryCreate,
  StoryPatch,
  Versioned,
} from './types';

function enter(me: Me): Me {
  // Nothing of who was here before; `me` itself stays, for somebody is looking at it.
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] });
  adoptSession(me);
  queryClient.setQueryData(meQuery.queryKey, me);
  return me;
}

export function forgetSession(): void {
  adoptSession(null);
  forgetSequence();
  queryClient.clear();
}

export async function signIn(body: { email: string; password: string }): Promise<Me> {
  return enter((await settled(client.POST('/api/v1/session', { body }))).data);
}

export async function completeSetup(body: {
  token: string;
  name: string;
  email: string;
  password: string;
}): Promise<Me> {
  return enter((await settled(client.POST('/api/v1/setup', { body }))).data);
}

/** The caller then loads a new page: what this one holds in memory goes with it. */
export async function signOut(): Promise<void> {
  await settled(client.DELETE('/api/v1/session'));
  forgetSequence();
}

async function refresh(...keys: string[]): Promise<void> {
  await Promise.all(keys.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}

export async function createLegacy(body: LegacyCreate): Promise<Legacy> {
  const { data } = await settled(client.POST('/api/v1/legacies', { body }));
  void refresh('legacies');
  return data;
}

export async function updateLegacy(id: string, etag: string, body: LegacyPatch): Promise<Legacy> {
  const params = { path: { id }, header: { 'If-Match': etag } };
  const { data, response } = await settled(client.PATCH('/api/v1/legacies/{id}', { params, body }));
  queryClient.setQueryData(['legacy', id], { value: data, etag: etagOf(response) });
  void refresh('legacies');
  return data;
}

export async function addMember(id: string, body: { email: string; role: Role }): Promise<Member> {
  const params = { path: { id } };
  const { data } = await settled(client.POST('/api/v1/legacies/{id}/members', { params, body }));
  void queryClient.invalidateQueries({ queryKey: ['members', id] });
  return data;
}

/** What a person may do somewhere changes what their pages show, when it is who is looking. */
async function membershipChanged(id: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['members', id] }),
    queryClient.invalidateQueries({ queryKey: ['legacy', id] }),
    refresh('legacies'),
  ]);
}

export async function changeMember(id: string, user_id: string, role: Role): Promise<Member> {
  const params = { path: { id, user_id } };
  const call = client.PATCH('/api/v1/legacies/{id}/members/{user_id}', { params, body: { role } });
  const { data } = await settled(call);
  await membershipChanged(id);
  return data;
}

export async function removeMember(id: string, user_id: string): Promise<void> {
  const params = { path: { id, user_id } };
  await settled(client.DELETE('/api/v1/legacies/{id}/members/{user_id}', { params }));
  await membershipChanged(id);
}

/** The caller then leaves the page: nothing of the legacy is asked for again. */
export async function leaveLegacy(id: string, user_id: string): Promise<void> {
  const params = { path: { id, user_id } };
  await settled(client.DELETE('/api/v1/legacies/{id}/members/{user_id}', { params }));
  void refresh('legacies', 'stories', 'search');
}

function storySaved(data: Story, response: Response): Versioned<Story> {
  const saved = { value: data, etag: etagOf(response) };
  queryClient.setQueryData(storyQuery(data.id).queryKey, saved);
  void queryClient.invalidateQueries({ queryKey: ['revisions', data.id] });
  void queryClient.invalidateQueries({ queryKey: ['legacy', data.legacy_id] });
  void refresh('stories', 'search', 'legacies');
  return saved;
}

export async function createStory(body: StoryCreate): Promise<Versioned<Story>> {
  const { data, response } = await settled(client.POST('/api/v1/stories', { body }));
  return storySaved(data, response);
}

/** Fails with 412 when somebody saved the story since `etag` was read. */
export async function updateStory(
  id: string,
  etag: string,
  body: StoryPatch,
): Promise<Versioned<Story>> {
  const params = { path: { id }, header: { 'If-Match': etag } };
  const { data, response } = await settled(client.PATCH('/api/v1/stories/{id}', { params, body }));
  return storySaved(data, response);
}

export async function deleteStory(story: Versioned<Story>): Promise<void> {
  const { id, legacy_id } = story.value;
  const params = { path: { id }, header: { 'If-Match': story.etag } };
  await settled(client.DELETE('/api/v1/stories/{id}', { params }));
  // Not asked for again by the screen that is just being left.
  void queryClient.invalidateQueries({ queryKey: ['story', id], refetchType: 'none' });
  void queryClient.invalidateQueries({ queryKey: ['legacy', legacy_id] });
  void refresh('stories', 'search', 'legacies');
}

export async function restoreRevision(
  id: string,
  n: number,
  etag: string,
): Promise<Versioned<Story>> {
  const params = { path: { id, n }, header: { 'If-Match': etag } };
  const call = client.POST('/api/v1/stories/{id}/revisions/{n}/restore', { params });
  const { data, response } = await settled(call);
  return storySaved(data, response);
}

/** The story as it now is, past any cache. */
export async function freshStory(id: string): Promise<Versioned<Story>> {
  return queryClient.fetchQuery({ ...storyQuery(id), staleTime: 0 });
}
