import createClient from 'openapi-fetch';
import { reportReachable } from './connection';
import { ApiError, NetworkError } from './errors';
import type { paths } from './schema';
import { rememberSequence } from './sequence';
import type { Me, Problem } from './types';

const deadlineMs = 30_000;
let csrfToken: string | undefined;

/** Takes note of whose session this is; every answer that holds a `Me` passes here. */
export function adoptSession(me: Me | null): void {
  csrfToken = me?.csrf_token;
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

async function send(request: Request): Promise<Response> {
  if (!isSafe(request.method) && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(deadlineMs)]);
  try {
    const response = await fetch(request, { signal });
    // 502 and 504 come from a proxy that finds nobody behind it.
    reportReachable(response.status !== 502 && response.status !== 504);
    return response;
  } catch (error) {
    if (request.signal.aborted) throw error;
    reportReachable(false);
    throw new NetworkError('the daemon did not answer', { cause: error });
  }
}

// Signing in from another tab gives this one a new session and so a new token: fetch it and try
// once more, before anybody loses what they wrote.
async function sendWithFreshToken(request: Request): Promise<Response> {
  const again = isSafe(request.method) ? null : request.clone();
  const response = await send(request);
  if (response.status !== 403 || !again || !csrfToken) return response;
  const used = csrfToken;
  const answer = await send(new Request(new URL('/api/v1/me', window.location.origin)));
  if (!answer.ok) return response;
  adoptSession((await answer.json()) as Me);
  return csrfToken && csrfToken !== used ? send(again) : response;
}

const client = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: sendWithFreshToken,
  credentials: 'same-origin',
});

client.use({
  onResponse({ response }) {
    rememberSequence(response);
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body and response of a call, or an ApiError or NetworkError thrown. */
export async function settled<T>(
  call: Promise<Answer<T>>,
): Promise<{ data: T; response: Response }> {
  const { data, error, response } = await call;
  if (!response.ok) {
    const isProblem = typeof error === 'object' && error !== null;
    throw new ApiError(response.status, isProblem ? (error as Partial<Problem>) : {});
  }
  return { data: data as T, response };
}

export function etagOf(response: Response): string {
  return response.headers.get('ETag') ?? '';
}

export default client;
