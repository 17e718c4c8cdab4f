import { type LoaderFunctionArgs, redirect, redirectDocument } from 'react-router';
import { signOut } from '@/api/commands';
import { isStatus } from '@/api/errors';
import { meQuery } from '@/api/queries';
import { queryClient } from '@/api/queryClient';
import { safeReturnPath, signInPath } from '@/api/returnPath';
import { dropAllDrafts } from '@/editor/drafts';

/** Nobody signed in: to the door, with the way back in hand. */
export async function requireSession({ request }: LoaderFunctionArgs) {
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (isStatus(error, 401)) throw redirect(signInPath(new URL(request.url)));
    throw error;
  }
}

/** At the door with a session already: go on in. */
export async function passDoor({ request }: LoaderFunctionArgs) {
  try {
    await queryClient.ensureQueryData(meQuery);
  } catch {
    return null;
  }
  return redirect(safeReturnPath(new URL(request.url).searchParams.get('to')));
}

/** A form's action, so that the guard of unsaved work is asked before it runs. */
export async function leave() {
  try {
    await signOut();
  } catch (error) {
    // The session was over before: that is what was wanted.
    if (!isStatus(error, 401)) throw error;
  }
  dropAllDrafts();
  // A whole new page: nothing of who was here stays in memory, and no screen asks for its data
  // again on the way out.
  return redirectDocument('/sign-in');
}
