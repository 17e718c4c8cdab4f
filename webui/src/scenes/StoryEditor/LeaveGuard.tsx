import { Suspense, lazy, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { Button } from '@/components/Button/Button';

const Question = lazy(async () => ({
  default: (await import('@/components/Dialog/Dialog')).Question,
}));

/** Asks before unsaved writing is left. A lost session passes: the draft waits for the way back. */
export function LeaveGuard({
  unsaved,
  passes,
  onDiscard,
}: {
  unsaved: boolean;
  /** True when the writer has decided already. */
  passes: () => boolean;
  onDiscard: () => void;
}) {
  const { t } = useTranslation();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      unsaved &&
      !passes() &&
      nextLocation.pathname !== currentLocation.pathname &&
      nextLocation.pathname !== '/sign-in',
  );

  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsaved]);

  if (blocker.state !== 'blocked') return null;
  return (
    <Suspense>
      <Question
        open
        title={t('editor.leaveTitle')}
        onClose={() => blocker.reset()}
        actions={
          <>
            <Button
              look="danger"
              onClick={() => {
                onDiscard();
                blocker.proceed();
              }}
            >
              {t('editor.leaveGo')}
            </Button>
            <Button look="primary" onClick={() => blocker.reset()}>
              {t('editor.leaveStay')}
            </Button>
          </>
        }
      >
        {t('editor.leaveText')}
      </Question>
    </Suspense>
  );
}
