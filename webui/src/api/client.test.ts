import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import client, { adoptSession, settled } from './client';
import { isReachable, reportReachable } from './connection';
import { ApiError, NetworkError } from './errors';
import { lastSequence } from './sequence';
import type { Me } from './types';

const me = (csrf_token: string): Me => ({
  user: { id: '1', name: 'Rosa', email: 'rosa@example.org', role: 'person' },
  auth: 'session',
  csrf_token,
});

const answers = vi.fn<(request: Request) => Response | Promise<Response>>();

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

beforeEach(() => {
  vi.stubGlobal('fetch', async (request: Request) => answers(request));
  adoptSession(me('first'));
});
afterEach(() => {
  answers.mockReset();
  vi.unstubAllGlobals();
  adoptSession(null);
  reportReachable(true);
});

const found = () => settled(client.POST('/api/v1/legacies', { body: { title: 'Rosa' } }));

describe('a call', () => {
  it('sends the token of the session when it changes something, and only then', async () => {
    answers.mockImplementation(() => json(200, {}));
    await found();
    await settled(client.GET('/api/v1/me'));
    const tokens = answers.mock.calls.map(([request]) => request.headers.get('X-CSRF-Token'));
    expect(tokens).toEqual(['first', null]);
  });

  it('fetches a fresh token once when another window signed in again', async () => {
    const bodies: string[] = [];
    answers.mockImplementation(async (request) => {
      if (request.url.endsWith('/api/v1/me')) return json(200, me('second'));
      bodies.push(await request.text());
      const fresh = request.headers.get('X-CSRF-Token') === 'second';
      return fresh ? json(201, {}) : json(403, { title: 'Forbidden' });
    });
    await found();
    expect(bodies).toEqual(['{"title":"Rosa"}', '{"title":"Rosa"}']);
  });

  it('takes no for an answer when the token was right', async () => {
    answers.mockImplementation((request) =>
      request.url.endsWith('/api/v1/me')
        ? json(200, me('first'))
        : json(403, { detail: 'Readers only read.' }),
    );
    await expect(found()).rejects.toThrow('Readers only read.');
    expect(answers).toHaveBeenCalledTimes(2);
  });

  it('tells what the daemon refused, with the number to ask about', async () => {
    answers.mockImplementation(() => json(422, { title: 'Invalid', request_id: 'r1' }));
    const error = await found().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, requestId: 'r1' });
  });

  it('bears an answer that is no problem document', async () => {
    answers.mockImplementation(() => new Response('<html>', { status: 500 }));
    await expect(found()).rejects.toMatchObject({ status: 500 });
  });

  it('remembers the sequence of the last write for the next search', async () => {
    answers.mockImplementation(() => json(201, {}, { 'Heirloom-Sequence': '1.42' }));
    await found();
    expect(lastSequence()).toBe('1.42');
  });

  it('notices that the daemon is gone, and that it is back', async () => {
    answers.mockImplementation(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(found()).rejects.toBeInstanceOf(NetworkError);
    expect(isReachable()).toBe(false);
    answers.mockImplementation(() => json(201, {}));
    await found();
    expect(isReachable()).toBe(true);
  });
});
