import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { forgetSession } from '@/api/commands';
import { onSessionEnd, queryClient } from '@/api/queryClient';
import { signInPath } from '@/api/returnPath';
import i18n, { wordsReady } from '@/i18n/setup';
import { createRouter } from './routes';
import '@/theme/base.css';

await wordsReady;
const router = createRouter();
document.documentElement.lang = i18n.language;

// Wherever an answer says that the session is over: to the door, and back to this very place after.
onSessionEnd(() => {
  const { location, navigation } = router.state;
  // Who signs out goes to the door anyway, and the next one in need not start where they were.
  if (navigation.formAction === '/sign-out' || navigation.location?.pathname === '/sign-in') return;
  if (location.pathname === '/sign-in' || location.pathname === '/setup') return;
  forgetSession();
  void router.navigate(signInPath(location));
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
