import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, isStatus } from './errors';

type Listener = () => void;
const listeners = new Set<Listener>();

/** Called when any answer says that nobody is signed in any more. */
export function onSessionEnd(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For calls made outside queries and mutations. */
export function noticeSessionEnd(error: unknown): void {
  if (isStatus(error, 401)) for (const listener of listeners) listener();
}

export const queryClient = new QueryClient({
  // The sign-in form's own 401 means a wrong password; it asks for no redirect (meta.door).
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (!query.meta?.door) noticeSessionEnd(error);
    },
  }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (!mutation.meta?.door) noticeSessionEnd(error);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => {
        const final = error instanceof ApiError && error.status < 500;
        return !final && failures < 2;
      },
      networkMode: 'always', // The daemon may be on this very machine, with no line to the world.
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
