import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Archive, PenLine, Search, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { isStatus } from '@/api/errors';
import { type StoryOrder, legacyQuery, storiesQuery } from '@/api/queries';
import type { Legacy } from '@/api/types';
import { Button, ButtonLink } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { SelectField } from '@/components/Field/Field';
import { Page, PageTitle } from '@/components/Page/Page';
import { NotHere } from '@/components/NotHere/NotHere';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { StoryList } from '@/components/StoryList/StoryList';
import { excerptOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Members } from './Members';
import styles from './Legacy.module.css';

export function Component() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const legacy = useQuery(legacyQuery(id));
  if (isStatus(legacy.error, 404, 422)) return <NotHere>{t('legacy.gone')}</NotHere>;
  if (legacy.data) return <Album legacy={legacy.data.value} />;
  return (
    <Page>
      {legacy.isError ? (
        <Trouble error={legacy.error} onRetry={() => void legacy.refetch()} />
      ) : (
        <Skeleton shape="list" />
      )}
    </Page>
  );
}

function Album({ legacy }: { legacy: Legacy }) {
  const { t } = useTranslation();
  const mayWrite = legacy.role !== 'viewer';
  return (
    <Page>
      <header className={styles.front}>
        <PageTitle name={legacy.title} className={styles.title} lang={legacy.language}>
          {legacy.title}
        </PageTitle>
        {legacy.dedication && (
          <p className={styles.dedication} lang={legacy.language}>
            {legacy.dedication}
          </p>
        )}
        <p className={styles.role}>{t('legacy.yourRole', { role: t(`role.${legacy.role}`) })}</p>
        <div className={styles.actions}>
          {mayWrite && legacy.story_count > 0 && (
            <ButtonLink
              look="primary"
              to={`/legacies/${legacy.id}/stories/new`}
              icon={<PenLine strokeWidth={1.75} aria-hidden />}
            >
              {t('legacy.write')}
            </ButtonLink>
          )}
          {legacy.story_count > 0 && (
            <ButtonLink
              to={`/search?legacy=${legacy.id}`}
              icon={<Search strokeWidth={1.75} aria-hidden />}
            >
              {t('legacy.searchIn')}
            </ButtonLink>
          )}
        </div>
      </header>
      <Stories legacy={legacy} mayWrite={mayWrite} />
      <Members legacy={legacy} />
    </Page>
  );
}

function Stories({ legacy, mayWrite }: { legacy: Legacy; mayWrite: boolean }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const order: StoryOrder = search.get('order') === 'happened' ? 'happened' : 'updated';
  const stories = useInfiniteQuery(storiesQuery({ legacy: legacy.id, order }));
  const items = stories.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="stories" className={styles.section}>
      <div className={styles.heading}>
        <h2 id="stories">{t('legacy.stories')}</h2>
        {items.length > 1 && (
          <SelectField
            label={t('legacy.order')}
            value={order}
            onChange={(event) =>
              setSearch(event.target.value === 'happened' ? { order: 'happened' } : {}, {
                replace: true,
                preventScrollReset: true,
              })
            }
            choices={[
              { value: 'updated', label: t('legacy.orderUpdated') },
              { value: 'happened', label: t('legacy.orderHappened') },
            ]}
          />
        )}
      </div>
      {stories.isPending && <Skeleton shape="list" />}
      {stories.isError && <Trouble error={stories.error} onRetry={() => void stories.refetch()} />}
      {stories.isSuccess && items.length === 0 && (
        <EmptyState
          drawing="page"
          level={3}
          title={t('legacy.emptyTitle')}
          action={
            mayWrite && (
              <ButtonLink look="primary" to={`/legacies/${legacy.id}/stories/new`}>
                {t('legacy.write')}
              </ButtonLink>
            )
          }
        >
          {t(mayWrite ? 'legacy.emptyWrite' : 'legacy.emptyRead')}
        </EmptyState>
      )}
      <StoryList stories={items}>{(story) => excerptOf(story.excerpt)}</StoryList>
      {stories.hasNextPage && (
        <Button busy={stories.isFetchingNextPage} onClick={() => void stories.fetchNextPage()}>
          {t('app.loadMore')}
        </Button>
      )}
      {stories.isSuccess && (
        <div className={styles.elsewhere}>
          <ButtonLink
            look="quiet"
            to={`/search?legacy=${legacy.id}&status=archived`}
            icon={<Archive strokeWidth={1.75} aria-hidden />}
          >
            {t('legacy.putAway')}
          </ButtonLink>
          {mayWrite && (
            <ButtonLink look="quiet" to="/bin" icon={<Trash2 strokeWidth={1.75} aria-hidden />}>
              {t('legacy.toBin')}
            </ButtonLink>
          )}
        </div>
      )}
    </section>
  );
}
