import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { legaciesQuery, meQuery, storiesQuery } from '@/api/queries';
import { Button, ButtonLink } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { LegacyCover } from '@/components/LegacyCover/LegacyCover';
import { Page, PageTitle } from '@/components/Page/Page';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { edtfToWords } from '@/i18n/edtf';
import { excerptOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Home.module.css';

/** Which part of the day it is where the reader sits. */
export function greetingAt(hour: number): 'greetingMorning' | 'greetingDay' | 'greetingEvening' {
  if (hour >= 5 && hour < 11) return 'greetingMorning';
  return hour >= 11 && hour < 18 ? 'greetingDay' : 'greetingEvening';
}

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useQuery(meQuery);
  const legacies = useInfiniteQuery(legaciesQuery);
  const [greeting] = useState(() => greetingAt(new Date().getHours()));
  const mine = legacies.data?.pages.flatMap((page) => page.items) ?? [];
  const name = me?.user.name.split(' ')[0] ?? '';
  return (
    <Page>
      <PageTitle name={t('app.name')} className={styles.greeting}>
        {t(`home.${greeting}`, { name })}
      </PageTitle>
      {mine.some((legacy) => legacy.story_count > 0) && <Latest />}
      <section aria-labelledby="legacies">
        {(mine.length > 0 || legacies.isPending) && (
          <div className={styles.heading}>
            <h2 id="legacies">{t('home.legacies')}</h2>
            <ButtonLink
              to="/legacies/new"
              look="quiet"
              icon={<Plus strokeWidth={1.75} aria-hidden />}
            >
              {t('home.newLegacy')}
            </ButtonLink>
          </div>
        )}
        {legacies.isPending && <Skeleton shape="covers" />}
        {legacies.isError && (
          <Trouble error={legacies.error} onRetry={() => void legacies.refetch()} />
        )}
        {legacies.isSuccess && mine.length === 0 && (
          <EmptyState
            title={t('home.emptyTitle')}
            action={
              <ButtonLink look="primary" to="/legacies/new">
                {t('home.newLegacy')}
              </ButtonLink>
            }
          >
            {t('home.empty')}
          </EmptyState>
        )}
        <ul role="list" className={styles.covers}>
          {mine.map((legacy) => (
            <li key={legacy.id}>
              <LegacyCover
                id={legacy.id}
                title={legacy.title}
                dedication={legacy.dedication}
                lang={legacy.language}
                caption={
                  legacy.story_count > 0
                    ? t('home.stories', { count: legacy.story_count })
                    : t('home.noStories')
                }
              />
            </li>
          ))}
        </ul>
        {legacies.hasNextPage && (
          <Button busy={legacies.isFetchingNextPage} onClick={() => void legacies.fetchNextPage()}>
            {t('app.loadMore')}
          </Button>
        )}
      </section>
    </Page>
  );
}

// The first thing on the first screen is a sentence somebody wrote.
function Latest() {
  const { t } = useTranslation();
  const stories = useInfiniteQuery(storiesQuery({ order: 'updated', limit: 4 }));
  const told = (stories.data?.pages[0]?.items ?? []).filter(({ status }) => status === 'published');
  const [lead, ...others] = told;
  if (!lead) return null;
  return (
    <section aria-labelledby="latest" className={styles.latest}>
      <div>
        <h2 id="latest" className={styles.eyebrow}>
          {t('home.latest')}
        </h2>
        <article className={styles.lead} lang={lead.language}>
          {lead.happened_at && <p className={styles.when}>{edtfToWords(lead.happened_at)}</p>}
          <h3>
            <Link to={`/stories/${lead.id}`}>{lead.title}</Link>
          </h3>
          <p className={styles.excerpt}>{excerptOf(lead.excerpt)}</p>
          <p className={styles.who}>{t('story.toldBy', { author: lead.author })}</p>
        </article>
      </div>
      {others.length > 0 && (
        <ul role="list" className={styles.others}>
          {others.map((story) => (
            <li key={story.id} lang={story.language}>
              {story.happened_at && <p className={styles.when}>{edtfToWords(story.happened_at)}</p>}
              <Link to={`/stories/${story.id}`}>{story.title}</Link>
              <p className={styles.who}>{t('story.toldBy', { author: story.author })}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
