import { useMutation, useQuery } from '@tanstack/react-query';
import { History, PenLine, Trash2 } from 'lucide-react';
import { Suspense, lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { deleteStory } from '@/api/commands';
import { isStatus } from '@/api/errors';
import { legacyQuery, storyQuery } from '@/api/queries';
import type { Story, Versioned } from '@/api/types';
import { Button, ButtonLink } from '@/components/Button/Button';
import { ChipLink } from '@/components/Chip/Chip';
import { Notice } from '@/components/Notice/Notice';
import { Page, PageTitle } from '@/components/Page/Page';
import { NotHere } from '@/components/NotHere/NotHere';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import {
  type DocumentNode,
  StoryContent,
  isEmptyDocument,
} from '@/components/StoryContent/StoryContent';
import { StoryHead } from '@/components/StoryHead/StoryHead';
import { dayOf, languageName } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Story.module.css';

const Question = lazy(async () => ({
  default: (await import('@/components/Dialog/Dialog')).Question,
}));

export function Component() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const story = useQuery(storyQuery(id));
  if (isStatus(story.error, 404, 422)) return <NotHere>{t('story.gone')}</NotHere>;
  if (story.data) return <Reader story={story.data} />;
  return (
    <Page>
      {story.isError ? (
        <Trouble error={story.error} onRetry={() => void story.refetch()} />
      ) : (
        <Skeleton shape="story" />
      )}
    </Page>
  );
}

function Reader({ story }: { story: Versioned<Story> }) {
  const { t } = useTranslation();
  const { state } = useLocation() as { state: { saved?: boolean } | null };
  const told = story.value;
  const legacy = useQuery(legacyQuery(told.legacy_id));
  const document = told.content as unknown as DocumentNode;
  return (
    <Page>
      <article className={styles.story}>
        {state?.saved && <Notice tone="good">{t('story.saved')}</Notice>}
        <p className={styles.legacy}>
          <Link to={`/legacies/${told.legacy_id}`} lang={legacy.data?.value.language}>
            {legacy.data?.value.title ?? ' '}
          </Link>
        </p>
        <StoryHead
          happenedAt={told.happened_at}
          place={told.place}
          author={told.author}
          state={told.status === 'published' ? undefined : told.status}
          title={
            <PageTitle name={told.title} className={styles.title} lang={told.language}>
              {told.title}
            </PageTitle>
          }
        />
        {isEmptyDocument(document) ? (
          <p className={styles.nothing}>{t('story.empty')}</p>
        ) : (
          <StoryContent document={document} lang={told.language} opening />
        )}
        <footer className={styles.foot}>
          {told.tags.length > 0 && (
            <ul role="list" className={styles.tags} aria-label={t('story.tags')}>
              {told.tags.map((tag) => (
                <li key={tag}>
                  <ChipLink to={`/search?tag=${encodeURIComponent(tag)}`}>{tag}</ChipLink>
                </li>
              ))}
            </ul>
          )}
          <p className={styles.small}>
            {t('story.lastChanged', { when: dayOf(told.updated_at) })}
            {' · '}
            {t('story.language', { language: languageName(told.language) })}
          </p>
          <div className={styles.actions}>
            {told.may.includes('edit') && (
              <ButtonLink
                look="primary"
                to={`/stories/${told.id}/edit`}
                icon={<PenLine strokeWidth={1.75} aria-hidden />}
              >
                {t('story.edit')}
              </ButtonLink>
            )}
            <ButtonLink
              to={`/stories/${told.id}/revisions`}
              icon={<History strokeWidth={1.75} aria-hidden />}
            >
              {t('story.revisions')}
            </ButtonLink>
            {told.may.includes('delete') && <Delete story={story} />}
          </div>
        </footer>
      </article>
    </Page>
  );
}

function Delete({ story }: { story: Versioned<Story> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const deleting = useMutation({
    mutationFn: () => deleteStory(story),
    onSuccess: () => navigate(`/legacies/${story.value.legacy_id}`, { replace: true }),
  });
  return (
    <>
      <Button
        look="quiet"
        icon={<Trash2 strokeWidth={1.75} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {t('story.delete')}
      </Button>
      {asking && (
        <Suspense>
          <Question
            open
            title={t('story.deleteTitle')}
            onClose={() => setAsking(false)}
            actions={
              <>
                <Button onClick={() => setAsking(false)}>{t('story.deleteKeep')}</Button>
                <Button look="danger" busy={deleting.isPending} onClick={() => deleting.mutate()}>
                  {t('story.deleteConfirm')}
                </Button>
              </>
            }
          >
            {t('story.deleteText', { title: story.value.title })}
            {deleting.isError && <Trouble error={deleting.error} />}
          </Question>
        </Suspense>
      )}
    </>
  );
}
