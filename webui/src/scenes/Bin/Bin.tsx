import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { RotateCcw, Trash2 } from 'lucide-react';
import { Suspense, lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  deletedLegaciesQuery,
  deletedStoriesQuery,
  removeForGood,
  takeBackLegacy,
  takeBackStory,
} from '@/api/bin';
import type { DeletedLegacy, DeletedStory } from '@/api/types';
import { Button } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { Notice } from '@/components/Notice/Notice';
import { Page, PageTitle } from '@/components/Page/Page';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { dayOf, excerptOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Bin.module.css';

const Question = lazy(async () => ({
  default: (await import('@/components/Dialog/Dialog')).Question,
}));

/** What came back, so that the page can say so and lead there. */
interface Returned {
  to: string;
  title: string;
}

export function Component() {
  const { t } = useTranslation();
  const stories = useInfiniteQuery(deletedStoriesQuery);
  const legacies = useInfiniteQuery(deletedLegaciesQuery);
  const [returned, setReturned] = useState<Returned | null>(null);
  const deleted = stories.data?.pages.flatMap((page) => page.items) ?? [];
  const albums = legacies.data?.pages.flatMap((page) => page.items) ?? [];
  const error = stories.error ?? legacies.error;
  const loaded = stories.isSuccess && legacies.isSuccess;
  return (
    <Page narrow>
      <PageTitle name={t('bin.title')}>{t('bin.title')}</PageTitle>
      <p className={styles.lead}>{t('bin.lead')}</p>
      {returned && (
        <Notice tone="good">
          <Link to={returned.to}>{t('bin.returned', { title: returned.title })}</Link>
        </Notice>
      )}
      {error && (
        <Trouble
          error={error}
          onRetry={() => void Promise.all([stories.refetch(), legacies.refetch()])}
        />
      )}
      {!error && !loaded && <Skeleton shape="list" />}
      {loaded && deleted.length === 0 && albums.length === 0 && (
        <EmptyState drawing="page" title={t('bin.emptyTitle')}>
          {t('bin.empty')}
        </EmptyState>
      )}
      {albums.length > 0 && (
        <section aria-labelledby="bin-legacies">
          <h2 id="bin-legacies" className={styles.heading}>
            {t('bin.legacies')}
          </h2>
          <ul role="list" className={styles.list}>
            {albums.map((legacy) => (
              <LegacyLine key={legacy.id} legacy={legacy} onReturned={setReturned} />
            ))}
          </ul>
          {legacies.hasNextPage && (
            <Button
              busy={legacies.isFetchingNextPage}
              onClick={() => void legacies.fetchNextPage()}
            >
              {t('app.loadMore')}
            </Button>
          )}
        </section>
      )}
      {deleted.length > 0 && (
        <section aria-labelledby="bin-stories">
          <h2 id="bin-stories" className={styles.heading}>
            {t('bin.stories')}
          </h2>
          <ul role="list" className={styles.list}>
            {deleted.map((story) => (
              <StoryLine key={story.id} story={story} onReturned={setReturned} />
            ))}
          </ul>
          {stories.hasNextPage && (
            <Button busy={stories.isFetchingNextPage} onClick={() => void stories.fetchNextPage()}>
              {t('app.loadMore')}
            </Button>
          )}
        </section>
      )}
    </Page>
  );
}

function Until({ thing }: { thing: DeletedStory | DeletedLegacy }) {
  const { t } = useTranslation();
  return (
    <p className={styles.small}>
      {t('bin.deleted', { when: dayOf(thing.deleted_at), who: thing.deleted_by })}
      {' · '}
      {t('bin.until', { when: dayOf(thing.purge_at) })}
    </p>
  );
}

function LegacyLine({
  legacy,
  onReturned,
}: {
  legacy: DeletedLegacy;
  onReturned: (what: Returned) => void;
}) {
  const returning = useMutation({
    mutationFn: () => takeBackLegacy(legacy.id),
    onSuccess: () => onReturned({ to: `/legacies/${legacy.id}`, title: legacy.title }),
  });
  return (
    <li className={styles.item}>
      <h3 className={styles.name}>{legacy.title}</h3>
      <Until thing={legacy} />
      <div className={styles.actions}>
        <TakeBack
          title={legacy.title}
          busy={returning.isPending}
          onClick={() => returning.mutate()}
        />
      </div>
      {returning.isError && <Trouble error={returning.error} />}
    </li>
  );
}

function StoryLine({
  story,
  onReturned,
}: {
  story: DeletedStory;
  onReturned: (what: Returned) => void;
}) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const returning = useMutation({
    mutationFn: () => takeBackStory(story.id),
    onSuccess: () => onReturned({ to: `/stories/${story.id}`, title: story.title }),
  });
  const removing = useMutation({
    mutationFn: () => removeForGood(story.id),
    onSuccess: () => setAsking(false),
  });
  return (
    <li className={styles.item}>
      <h3 className={styles.name}>{story.title}</h3>
      <p className={styles.excerpt}>{excerptOf(story.excerpt)}</p>
      <Until thing={story} />
      <div className={styles.actions}>
        <TakeBack
          title={story.title}
          busy={returning.isPending}
          onClick={() => returning.mutate()}
        />
        <Button
          look="quiet"
          icon={<Trash2 strokeWidth={1.75} aria-hidden />}
          aria-label={t('bin.removeNamed', { title: story.title })}
          onClick={() => setAsking(true)}
        >
          {t('bin.remove')}
        </Button>
      </div>
      {returning.isError && <Trouble error={returning.error} />}
      {asking && (
        <Suspense>
          <Question
            open
            title={t('bin.removeTitle')}
            onClose={() => setAsking(false)}
            actions={
              <>
                <Button onClick={() => setAsking(false)}>{t('bin.removeKeep')}</Button>
                <Button look="danger" busy={removing.isPending} onClick={() => removing.mutate()}>
                  {t('bin.removeConfirm')}
                </Button>
              </>
            }
          >
            {t('bin.removeText', { title: story.title })}
            {removing.isError && <Trouble error={removing.error} />}
          </Question>
        </Suspense>
      )}
    </li>
  );
}

function TakeBack({ title, busy, onClick }: { title: string; busy: boolean; onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      icon={<RotateCcw strokeWidth={1.75} aria-hidden />}
      busy={busy}
      aria-label={t('bin.takeBackNamed', { title })}
      onClick={onClick}
    >
      {t('bin.takeBack')}
    </Button>
  );
}
