import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { isStatus } from '@/api/errors';
import { legaciesQuery, meQuery, setupQuery } from '@/api/queries';
import type { Legacy } from '@/api/types';
import { ButtonLink } from '@/components/Button/Button';
import { PageTitle } from '@/components/Page/Page';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { Door } from '@/scenes/SignIn/Door';
import { Trouble } from '@/scenes/Shell/Trouble';
import { FirstLegacy } from './FirstLegacy';
import { FirstPerson, tokenOf } from './FirstPerson';
import { FirstStory } from './FirstStory';
import styles from '@/scenes/SignIn/Door.module.css';

/**
 * First run: you, your legacy, a first story. Which step comes next is read from what exists, so a
 * reload in the middle goes on where it was.
 */
export function Component() {
  const { t } = useTranslation();
  const me = useQuery({ ...meQuery, retry: false });
  const setup = useQuery({ ...setupQuery, enabled: me.isError });
  const legacies = useInfiniteQuery({ ...legaciesQuery, enabled: me.isSuccess });
  const { hash } = useLocation();

  const [telling, setTelling] = useState<Legacy | null>(null);

  if (me.isSuccess) {
    const mine = legacies.data?.pages[0]?.items;
    if (legacies.isError) {
      return (
        <Door>
          <Trouble error={legacies.error} onRetry={() => void legacies.refetch()} />
        </Door>
      );
    }
    if (!mine) return <Waiting />;
    const [legacy] = mine;
    if (!legacy) return <FirstLegacy />;
    if (telling) return <FirstStory legacy={telling} />;
    if (mine.length > 1 || legacy.story_count > 0) return <Navigate to="/" replace />;
    // From here on the story is being told: that it then exists must not lead away from it.
    setTelling(legacy);
    return null;
  }
  const failure = me.isError && !isStatus(me.error, 401) ? me.error : setup.error;
  if (failure) {
    return (
      <Door>
        <Trouble
          error={failure}
          onRetry={() => void Promise.all([me.refetch(), setup.refetch()])}
        />
      </Door>
    );
  }
  if (!setup.data) return <Waiting />;
  // A link stays good while there are people but no admin yet; the daemon decides when it is used.
  if (!setup.data.needed && tokenOf(hash) === null) {
    return (
      <Door>
        <PageTitle name={t('setup.usedTitle')} className={styles.title}>
          {t('setup.usedTitle')}
        </PageTitle>
        <p className={styles.lead}>{t('setup.used')}</p>
        <div className={styles.actions}>
          <ButtonLink look="primary" to="/sign-in">
            {t('signIn.submit')}
          </ButtonLink>
        </div>
      </Door>
    );
  }
  return <FirstPerson />;
}

function Waiting() {
  return (
    <Door>
      <Skeleton shape="form" />
    </Door>
  );
}
