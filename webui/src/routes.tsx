import { type RouteObject, createBrowserRouter, redirect } from 'react-router';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { Page } from '@/components/Page/Page';
import { leave, passDoor, requireSession } from '@/scenes/Shell/guards';
import { type RouteHandle, Root, Shell } from '@/scenes/Shell/Shell';
import { RouteTrouble } from '@/scenes/Shell/Trouble';

const desk: RouteHandle = { desk: true };

function FirstPaint() {
  return (
    <Page>
      <Skeleton shape="list" />
    </Page>
  );
}

// A screen that stumbles is replaced inside the frame; the frame itself has a boundary of its own.
const screens: RouteObject[] = [
  { index: true, lazy: () => import('@/scenes/Home/Home') },
  { path: 'write', lazy: () => import('@/scenes/Write/Write') },
  { path: 'search', lazy: () => import('@/scenes/Search/Search') },
  { path: 'bin', lazy: () => import('@/scenes/Bin/Bin') },
  { path: 'dead-letters', lazy: () => import('@/scenes/DeadLetters/DeadLetters') },
  { path: 'settings', lazy: () => import('@/scenes/Settings/Settings') },
  {
    path: 'legacies/new',
    lazy: async () => ({ Component: (await import('@/scenes/LegacyForm/LegacyForm')).NewLegacy }),
  },
  { path: 'legacies/:id', lazy: () => import('@/scenes/Legacy/Legacy') },
  {
    path: 'legacies/:id/edit',
    lazy: async () => ({ Component: (await import('@/scenes/LegacyForm/LegacyForm')).EditLegacy }),
  },
  {
    path: 'legacies/:id/stories/new',
    handle: desk,
    lazy: async () => ({ Component: (await import('@/scenes/StoryEditor/StoryEditor')).NewStory }),
  },
  { path: 'stories/:id', lazy: () => import('@/scenes/Story/Story') },
  {
    path: 'stories/:id/edit',
    handle: desk,
    lazy: async () => ({ Component: (await import('@/scenes/StoryEditor/StoryEditor')).EditStory }),
  },
  {
    path: 'stories/:id/revisions',
    lazy: async () => ({ Component: (await import('@/scenes/Revisions/Revisions')).RevisionList }),
  },
  {
    path: 'stories/:id/revisions/:n',
    lazy: async () => ({ Component: (await import('@/scenes/Revisions/Revision')).RevisionReader }),
  },
  {
    path: '*',
    lazy: async () => ({ Component: (await import('@/components/NotHere/NotHere')).NotHere }),
  },
];

export function createRouter() {
  return createBrowserRouter([
    {
      Component: Root,
      ErrorBoundary: RouteTrouble,
      HydrateFallback: FirstPaint,
      children: [
        { path: 'sign-in', loader: passDoor, lazy: () => import('@/scenes/SignIn/SignIn') },
        { path: 'setup', lazy: () => import('@/scenes/Setup/Setup') },
        { path: 'sign-out', action: leave, loader: () => redirect('/') },
        {
          id: 'shell',
          loader: requireSession,
          Component: Shell,
          children: screens.map((screen) => ({ ...screen, ErrorBoundary: RouteTrouble })),
        },
      ],
    },
  ]);
}
