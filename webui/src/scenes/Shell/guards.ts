import { type LoaderFunctionArgs, redirect } from 'react-router';
import { forgetSession, signOut } from '@/api/commands';
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
    forgetSession();
  }
  dropAllDrafts();
  return redirect('/sign-in');
}
