import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'react-router';
import { isStatus } from '@/api/errors';
import { revisionsQuery, storyQuery } from '@/api/queries';
import { Button, ButtonLink } from '@/components/Button/Button';
import { Notice } from '@/components/Notice/Notice';
import { Page, PageTitle } from '@/components/Page/Page';
import { NotHere } from '@/components/NotHere/NotHere';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { minuteOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Revisions.module.css';

export function RevisionList() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const { state } = useLocation() as { state: { restored?: number } | null };
  const story = useQuery(storyQuery(id));
  const revisions = useInfiniteQuery(revisionsQuery(id));
  if (isStatus(story.error, 404, 422)) return <NotHere>{t('story.gone')}</NotHere>;
  const items = revisions.data?.pages.flatMap((page) => page.items) ?? [];
  const error = story.error ?? revisions.error;
  return (
    <Page narrow>
      <ButtonLink
        look="quiet"
        to={`/stories/${id}`}
        icon={<ArrowLeft strokeWidth={1.75} aria-hidden />}
        className={styles.back}
      >
        {story.data?.value.title ?? t('revisions.backToStory')}
      </ButtonLink>
      <PageTitle name={t('revisions.title')}>{t('revisions.title')}</PageTitle>
      <p className={styles.lead}>{t('revisions.lead')}</p>
      {state?.restored && (
        <Notice tone="good">{t('revisions.restored', { number: state.restored })}</Notice>
      )}
      {!error && revisions.isPending && <Skeleton shape="list" />}
      {error && (
        <Trouble
          error={error}
          onRetry={() => void Promise.all([story.refetch(), revisions.refetch()])}
        />
      )}
      <ol role="list" className={styles.list}>
        {items.map((revision, index) => (
          <li key={revision.number} className={styles.item}>
            <span className={styles.number} aria-hidden>
              {revision.number}
            </span>
            <div className={styles.what}>
              <Link to={`/stories/${id}/revisions/${revision.number}`} className={styles.title}>
                <span className="visually-hidden">
                  {t('revisions.number', { number: revision.number })}:{' '}
                </span>
                {revision.title}
              </Link>
              {revision.note && <p className={styles.note}>{revision.note}</p>}
              <p className={styles.small}>
                {minuteOf(revision.created_at)} · {t('revisions.by', { author: revision.author })}
                {index === 0 && <span className={styles.now}>{t('revisions.current')}</span>}
              </p>
            </div>
          </li>
        ))}
      </ol>
      {revisions.hasNextPage && (
        <Button busy={revisions.isFetchingNextPage} onClick={() => void revisions.fetchNextPage()}>
          {t('app.loadMore')}
        </Button>
      )}
    </Page>
  );
}
