import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate } from 'react-router';
import { legaciesQuery } from '@/api/queries';
import { ButtonLink } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { LegacyCover } from '@/components/LegacyCover/LegacyCover';
import { Page, PageTitle } from '@/components/Page/Page';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Write.module.css';

/** Where a new story belongs. With one legacy there is nothing to ask. */
export function Component() {
  const { t } = useTranslation();
  const legacies = useInfiniteQuery(legaciesQuery);
  const all = legacies.data?.pages.flatMap((page) => page.items) ?? [];
  const open = all.filter((legacy) => legacy.role !== 'viewer');
  const [only] = open;
  if (only && open.length === 1 && !legacies.hasNextPage) {
    return <Navigate to={`/legacies/${only.id}/stories/new`} replace />;
  }
  return (
    <Page>
      <PageTitle name={t('editor.chooseTitle')}>{t('editor.chooseTitle')}</PageTitle>
      {legacies.isPending && <Skeleton shape="covers" />}
      {legacies.isError && (
        <Trouble error={legacies.error} onRetry={() => void legacies.refetch()} />
      )}
      {legacies.isSuccess && open.length === 0 && (
        <EmptyState
          drawing="page"
          title={t('home.emptyTitle')}
          action={
            <ButtonLink look="primary" to="/legacies/new">
              {t('home.newLegacy')}
            </ButtonLink>
          }
        >
          {t('editor.chooseEmpty')}
        </EmptyState>
      )}
      <ul role="list" className={styles.covers}>
        {open.map((legacy) => (
          <li key={legacy.id}>
            <LegacyCover
              id={legacy.id}
              to={`/legacies/${legacy.id}/stories/new`}
              title={legacy.title}
              dedication={legacy.dedication}
              lang={legacy.language}
              caption={t('legacy.write')}
            />
          </li>
        ))}
      </ul>
    </Page>
  );
}
